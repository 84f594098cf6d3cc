import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { flushWithRoom } from '../../database/caps.ts';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import type { ApiServices } from '../services.ts';

type Saved = { kind: 'inbox-views' | 'reply-views'; account: string; owner: string; campaign: string | null };

/** Stores a view of one person or key. Throws where its campaign does not exist, its name is taken, or the cap is reached. */
export async function saveView({ db }: ApiServices, em: EntityManager, view: Saved): Promise<void> {
  const { kind, account, owner, campaign } = view;
  if (campaign !== null && (await db.em().count(Campaign, { id: campaign, account })) === 0)
    throw invalidRequest(fault('filters.campaign', 'not-there'));
  await flushWithRoom(db.pool, em, kind, { accountId: account, whose: owner }).catch((error: unknown) => {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw new AppError('conflict', said('view-name-taken'));
  });
}
