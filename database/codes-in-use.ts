import { WINDOW_MS } from '../domain/attribution.ts';
import { MAY_HAVE_ARRIVED } from '../domain/message.ts';
import type { NumberKind } from '../domain/sender-policy.ts';
import { rows, type Sql } from './sql.ts';

/**
 * Which of these codes some campaign, of whatever account, still awaits a reply by at `at`, for each phone that has any. What is
 * queued counts: it will be sent. One statement, and one look into the index per phone. `except`: the campaign that is planned,
 * whose own messages may be there already.
 */
export async function codesInUse(
  sql: Sql,
  phones: readonly string[],
  codes: readonly { number: string; kind: NumberKind }[],
  at: Date,
  except: string | null = null,
): Promise<Map<string, ReadonlySet<string>>> {
  if (phones.length === 0 || codes.length === 0) return new Map();
  const since = (length: number) => new Date(at.getTime() - length);
  const found = await rows<{ phone: string; codes: string[] }>(
    sql,
    // Phone by phone, by the index, whatever the planner believes of a table that is just being filled.
    `select p.phone, used.codes from unnest($1::text[]) as p (phone) cross join lateral (
       select array_agg(distinct m.reply_code) as codes from messages m
       where m.to_number = p.phone and m.reply_code = any($2::text[]) and not m.simulation
         and ($7::uuid is null or m.campaign_id is distinct from $7)
         and (m.state = 'queued' or m.state = any($4::text[])
           and m.submitted_at > case when m.reply_code = any($3::text[]) then $5::timestamptz else $6::timestamptz end)
       offset 0) as used where used.codes is not null`,
    [
      phones,
      codes.map(({ number }) => number),
      codes.filter(({ kind }) => kind === 'short-code').map(({ number }) => number),
      [...MAY_HAVE_ARRIVED],
      since(WINDOW_MS.shared),
      since(WINDOW_MS.own),
      except,
    ],
  );
  return new Map(found.map((row) => [row.phone, new Set(row.codes)]));
}
