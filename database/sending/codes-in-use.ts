import { WINDOW_MS } from '../../domain/replies/attribution.ts';
import { MAY_HAVE_ARRIVED } from '../../domain/sending/message.ts';
import type { BusyCodes } from '../../domain/sending/reply-code.ts';
import type { NumberKind } from '../../domain/sending/sender-policy.ts';
import { rows, type Sql } from '../sql.ts';

/** `except`: the planned campaign, whose messages may be stored already. */
type Asked = {
  account: string;
  phones: readonly string[];
  codes: readonly { number: string; kind: NumberKind }[];
  at: Date;
  except?: string;
};

/**
 * Per phone, the codes by which any account's campaign still awaits a reply at `at`. Queued messages count. One statement, one
 * index lookup per phone.
 */
export async function codesInUse(sql: Sql, { account, phones, codes, at, except }: Asked): Promise<Map<string, BusyCodes>> {
  if (phones.length === 0 || codes.length === 0) return new Map();
  const since = (length: number) => new Date(at.getTime() - length);
  const found = await rows<{ phone: string; codes: string[]; others: (number | null)[] }>(
    sql,
    // A lateral join forces index lookups: the planner's statistics of a table being filled mislead.
    `select p.phone, used.codes, used.others from unnest($phones::text[]) as p (phone) cross join lateral (
       select array_agg(by_code.code) as codes, array_agg(by_code.other) as others from (
         select m.reply_code as code, extract(epoch from max(case when m.state = 'queued' then 'infinity' else m.submitted_at end)
             filter (where m.account_id <> $account))::float8 * 1000 as other
         from messages m
         where m.to_number = p.phone and m.reply_code = any($numbers::text[]) and not m.simulation
           and ($except::uuid is null or m.campaign_id is distinct from $except)
           and (m.state = 'queued' or m.state = any($arrived::text[])
             and m.submitted_at > case when m.reply_code = any($shortCodes::text[])
               then $sharedSince::timestamptz else $ownSince::timestamptz end)
         group by m.reply_code) as by_code
       offset 0) as used where used.codes is not null`,
    {
      account,
      phones,
      numbers: codes.map(({ number }) => number),
      shortCodes: codes.filter(({ kind }) => kind === 'short-code').map(({ number }) => number),
      arrived: [...MAY_HAVE_ARRIVED],
      sharedSince: since(WINDOW_MS.shared),
      ownSince: since(WINDOW_MS.own),
      except: except ?? null,
    },
  );
  return new Map(found.map((row) => [row.phone, new Map(row.codes.map((code, index) => [code, row.others[index] ?? null]))]));
}
