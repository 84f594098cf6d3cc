import type { PoolClient } from 'pg';
import type { Attribution } from '../../domain/replies/attribution.ts';
import type { KeywordKind } from '../../domain/replies/keywords.ts';
import { rows } from '../../database/sql.ts';
import { findAnswered } from './find-candidates.ts';
import type { Filed } from './filing-types.ts';

type Row = Filed['reply'] & {
  account_id: string;
  message_id: string | null;
  attribution: Attribution;
  keyword: Exclude<KeywordKind, 'none'> | null;
  opt_out: boolean;
};

/**
 * Hidden replies of a page that are now released, locked. They were attributed and obeyed on arrival: only conversation and event
 * are missing.
 */
export async function readUnhidden(client: PoolClient, ids: string[]): Promise<Filed[]> {
  const found = await rows<Row>(
    client,
    `select id, carrier_id, from_number, reply_code, text, received_at, partial, account_id, message_id, attribution, keyword, opt_out
     from replies where id = any($1::uuid[]) and unhide and filed_at is null and filing_failed is null order by id for update`,
    [ids],
  );
  const answered = await findAnswered(
    client,
    found.flatMap((row) => row.message_id ?? []),
  );
  return found.map((row) => ({
    reply: row,
    accountId: row.account_id,
    attribution: row.attribution,
    answered: answered.get(row.message_id ?? '') ?? null,
    hidden: false,
    keyword: row.keyword,
    optOut: row.opt_out,
    rule: null,
    conversationId: null,
    sequence: null,
  }));
}
