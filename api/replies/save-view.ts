import type { EntityManager } from '@mikro-orm/postgresql';
import type { Context } from 'hono';
import { flushWithRoom } from '../../database/caps.ts';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import { refuseTaken } from '../http/problem.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

export const whoseOf = (c: Context<AccountEnv>) => ({ account: c.get('account').id, owner: c.get('keyId') });

type Saved = { kind: 'inbox-views' | 'reply-views'; account: string; owner: string; campaign: string | null };

/** Stores a view. Throws for a missing campaign, a name in use, or a reached cap. */
export async function saveView({ db }: ApiServices, em: EntityManager, view: Saved): Promise<void> {
  const { kind, account, owner, campaign } = view;
  if (campaign !== null && (await db.em().count(Campaign, { id: campaign, account })) === 0)
    throw invalidRequest(fault('filters.campaign', 'not-there'));
  await flushWithRoom(db.pool, em, kind, { accountId: account, whose: owner }).catch(refuseTaken(said('view-name-taken')));
}
