import { defineEntity, p } from '@mikro-orm/core';
import type { PoolClient } from 'pg';
import { Account } from '../account.ts';
import { newId } from '../ids.ts';
import { oweConfirmations } from './confirm-address.ts';
import { affected, rows } from '../sql.ts';

const ReplyEmailSchema = defineEntity({
  name: 'ReplyEmail',
  tableName: 'reply_emails',
  uniques: [{ properties: ['account', 'address'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    address: p.text(),
    locale: p.text().$type<'fr' | 'en'>(),
    /** Digests: above six mails a minute, one per conversation and minute. */
    gather: p.boolean().default(false),
    createdAt: p.datetime(3),
    /** When the link was followed: no replies before. */
    confirmedAt: p.datetime(3).nullable(),
    deletedAt: p.datetime(3).nullable(),
  },
});
export class ReplyEmail extends ReplyEmailSchema.class {}
ReplyEmailSchema.setClass(ReplyEmail);

type Wanted = { address: string; locale?: 'fr' | 'en' | undefined; gather?: boolean | undefined };

/**
 * Replaces the account's addresses in the caller's transaction; kept and returning ones keep their id. Unconfirmed ones get a
 * link, unless the caller `vouches`. The caller holds the account's lock.
 */
export async function setReplyEmails(
  client: PoolClient,
  account: { id: string; locale: 'fr' | 'en' },
  wanted: readonly Wanted[],
  vouches: boolean,
): Promise<void> {
  const byAddress = new Map(wanted.map((email) => [email.address.toLowerCase(), email]));
  const existing = await rows<{ id: string; address: string; locale: 'fr' | 'en'; gather: boolean; gone: boolean }>(
    client,
    'select id, address, locale, gather, deleted_at is not null as gone from reply_emails where account_id = $1 order by id',
    [account.id],
  );
  const kept = existing.flatMap(({ id, address, locale, gather }) => {
    const email = byAddress.get(address.toLowerCase());
    byAddress.delete(address.toLowerCase());
    return email ? [{ id, address: email.address, locale: email.locale ?? locale, gather: email.gather ?? gather }] : [];
  });
  await affected(
    client,
    'update reply_emails set deleted_at = coalesce(deleted_at, now()) where account_id = $1 and not id = any($2::uuid[])',
    [account.id, kept.map(({ id }) => id)],
  );
  const fresh = [...byAddress.values()].map(({ address, locale = account.locale, gather = false }) => ({
    id: newId(),
    address,
    locale,
    gather,
  }));
  const now = [...kept, ...fresh];
  await affected(
    client,
    `insert into reply_emails (id, account_id, address, locale, gather, created_at, confirmed_at)
     select id, $1, address, locale, gather, now(), case when $6 then now() end
     from unnest($2::uuid[], $3::text[], $4::text[], $5::bool[]) as e (id, address, locale, gather)
     on conflict (id) do update set address = excluded.address, locale = excluded.locale, gather = excluded.gather, deleted_at = null,
       confirmed_at = coalesce(reply_emails.confirmed_at, excluded.confirmed_at)`,
    [
      account.id,
      now.map(({ id }) => id),
      now.map(({ address }) => address),
      now.map(({ locale }) => locale),
      now.map(({ gather }) => gather),
      vouches,
    ],
  );
  const known = new Set(existing.filter(({ gone }) => !gone).map(({ id }) => id));
  await oweConfirmations(
    client,
    account.id,
    now.map(({ id }) => id).filter((id) => !known.has(id)),
  );
}
