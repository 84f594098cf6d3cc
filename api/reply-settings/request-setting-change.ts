import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { PoolClient } from 'pg';
import { newSecret, newSigningKey, shownOf } from '../../webhook-client/signature.ts';
import { newId } from '../../database/ids.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import { addSettingRequest } from '../../database/accounts/setting-request.ts';
import { rows, transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said, sentenceOf, type Language } from '../../domain/problems/said.ts';
import { REPLY_CHANGES } from '../../domain/accounts/setting-change.ts';
import type { Platform } from '../../domain/sending/sender-policy.ts';
import { actorOf } from '../http/auth.ts';
import { checkCallbackUrl } from './callback-url.ts';
import { makeReplyChange, type Fresh, type Made, type Owner } from './apply-setting-change.ts';
import type { ReplyChange } from './setting-change.ts';
import { Id, json } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';
import { speak } from '../http/language.ts';
import { missing } from '../http/problem.ts';

const MOST_WAITING = 100;

const Asked = z
  .object({
    request: z.object({ id: Id, kind: z.enum(REPLY_CHANGES), state: z.literal('waiting') }),
    message: z.string().openapi({ example: 'We will set this up in your account.' }),
    endpoint: Id.nullable().openapi({ description: 'The callback endpoint that it is about, or that it is going to make' }),
    secret: z.string().nullable().openapi({
      description: 'With a new endpoint or a new secret: signs callbacks once it is set up. Shown only now, and to nobody else',
    }),
  })
  .openapi('AskedForSetting');
/** The answer for V0 accounts. */
export const asked = {
  202: {
    description: 'A V0 account: asked for, an operator sets it up; see /v1/setting-requests',
    content: json(Asked),
  },
};

type Outcome =
  | { asked: z.infer<typeof Asked> }
  | { asked: null; endpoint: string; secret: string; othersSignUntil: string | null; resent: number };

/** Locks an account so that changes of its replies are serial. Throws `not-found`. */
export async function lockOwner(client: PoolClient, id: string): Promise<Owner & { name: string; platform: Platform }> {
  const [found] = await rows<Owner & { name: string; platform: Platform }>(
    client,
    'select id, name, locale, platform from accounts where id = $1 for no key update',
    [id],
  );
  if (!found) throw missing();
  return found;
}

/** Makes a V2 account's change; for V0, tries it, rolls back and asks an operator. */
export async function changeReplies(services: ApiServices, c: Context<AccountEnv>, change: ReplyChange): Promise<Outcome> {
  const { db, secrets, publicUrl } = services;
  await checkAddresses(services, change);
  const fresh: Fresh = { id: newId(), secret: secretFor(change) };
  const by = actorOf(c.get('keyId'));
  const { outcome, made } = await transaction(db.pool, async (client): Promise<{ outcome: Outcome; made: Made | null }> => {
    const account = await lockOwner(client, c.get('account').id);
    if (account.platform === 'v0') {
      await client.query('savepoint tried');
      await makeReplyChange(client, secrets, { account, change, fresh, by, vouched: publicUrl === null });
      await client.query('rollback to savepoint tried');
      const sealed = signs(change) ? secrets.seal(fresh.secret) : null;
      return { outcome: { asked: await ask(client, { account, change, fresh, by, sealed, language: speak(c) }) }, made: null };
    }
    const made = await makeReplyChange(client, secrets, { account, change, fresh, by, vouched: publicUrl === null });
    const { resent, othersSignUntil } = made;
    return { outcome: { asked: null, endpoint: fresh.id, secret: shownOf(fresh.secret), resent, othersSignUntil }, made };
  });
  if (made) wakeAfter(services, made);
  if (!made || change.kind === 'emails') services.runs.retryEmails();
  return outcome;
}

export const secretFor = (change: ReplyChange): string =>
  change.kind === 'secret-rotate' && change.algorithm === 'ed25519' ? newSigningKey() : newSecret();

type Asking = {
  account: Owner & { name: string };
  change: ReplyChange;
  fresh: Fresh;
  by: string;
  sealed: Buffer | null;
  language: Language;
};

async function ask(client: PoolClient, { account, change, fresh, by, sealed, language }: Asking): Promise<z.infer<typeof Asked>> {
  const { kind, ...rest } = change;
  const about = 'endpoint' in change ? change.endpoint : null;
  const endpoint = kind === 'endpoint-new' ? fresh.id : about;
  const target = kind === 'emails' ? 'emails' : about;
  const request = { accountId: account.id, kind, change: rest, target, endpointId: endpoint, secret: sealed, by };
  const id = await addSettingRequest(client, request, MOST_WAITING);
  if (id === null) throw new AppError('conflict', said('too-many-requests-wait', { most: MOST_WAITING }));
  const data = { accountId: account.id, accountName: account.name, what: kind };
  await oweNotice(client, { to: 'operators', kind: 'setting-requested', data });
  return {
    request: { id, kind, state: 'waiting' },
    message: sentenceOf(said('asked-for'), language),
    endpoint,
    secret: signs(change) ? shownOf(fresh.secret) : null,
  };
}

/** Wakes runs after the commit. */
export function wakeAfter({ runs }: Pick<ApiServices, 'runs'>, { recovers, resent }: Made): void {
  if (recovers !== null) runs.recoverEndpoint(recovers);
  if (resent > 0) runs.retryEmails();
}

/** Throws `unsafe-url`. */
export async function checkAddresses(services: Pick<ApiServices, 'guard' | 'log'>, change: ReplyChange): Promise<void> {
  if (!('fields' in change)) return;
  await checkCallbackUrl(services, 'url', change.fields.url);
  await checkCallbackUrl(services, 'fallbackUrl', change.fields.fallbackUrl);
}

export const signs = ({ kind }: ReplyChange): boolean => kind === 'endpoint-new' || kind === 'secret-rotate';
