import type { PoolClient } from 'pg';
import type { Candidate } from '../../domain/replies/attribution.ts';
import { MAY_HAVE_ARRIVED } from '../../domain/sending/message.ts';
import { readKeyword } from '../../domain/replies/keywords.ts';
import { PLACEHOLDER } from '../../domain/sending/sender-policy.ts';
import type { HashPhone } from '../../database/contacts/phone-hash.ts';
import { rows } from '../../database/sql.ts';
import type { Unfiled } from './filing-types.ts';
import { isShared } from './find-candidates.ts';

/** An unattributed reply and its candidates: none, or of several accounts. */
export type Unattributed = { reply: Unfiled; candidates: Candidate[] };
/** `of`: reply id. */
type Named = { accountId: string; phone: string; of: string };

/**
 * Accounts meant by a STOP or START without a certain message. With no candidate in its window, those who ever wrote to that
 * phone from that code; for a forgotten phone only a hash is left. A STOP counts for each of them, a START for a single one: not
 * writing leaks nothing, writing again would be a guess.
 */
export async function meantByKeyword(
  client: PoolClient,
  unattributed: Unattributed[],
  hashPhone: HashPhone,
): Promise<{ stops: Named[]; starts: Named[] }> {
  const kindOf = new Map(unattributed.map(({ reply }) => [reply.id, readKeyword(reply.text).kind]));
  // One already applied before its release may have been lifted since.
  const asked = unattributed.filter(
    ({ reply }) => reply.stopChecked !== 'obeyed' && ['stop', 'start'].includes(kindOf.get(reply.id) ?? ''),
  );
  const late = asked.filter(({ candidates }) => candidates.length === 0).map(({ reply }) => reply);
  const ever = Map.groupBy(await whoEverWrote(client, late, hashPhone), ({ id }) => id);
  const stops: Named[] = [];
  const starts: Named[] = [];
  for (const { reply, candidates } of asked) {
    const phone = reply.from_number;
    const found = ever.get(reply.id) ?? [];
    if (kindOf.get(reply.id) === 'stop') {
      const writers = [...candidates.map(({ accountId }) => accountId), ...found.flatMap((each) => each.wrote ?? [])];
      stops.push(...[...new Set(writers)].map((accountId) => ({ accountId, phone, of: reply.id })));
      continue;
    }
    const [only, ...others] = new Set(found.flatMap(({ wrote, forgot }) => wrote ?? forgot ?? []));
    if (only !== undefined && others.length === 0) starts.push({ accountId: only, phone, of: reply.id });
  }
  return { stops, starts };
}

type Ever = { id: string; wrote: string | null; forgot: string | null };

const whoEverWrote = async (client: PoolClient, late: Unfiled[], hashPhone: HashPhone): Promise<Ever[]> =>
  late.length === 0
    ? []
    : rows<Ever>(
        client,
        `select r.id, m.account_id as wrote, null::uuid as forgot
         from unnest($ids::uuid[], $phones::text[], $codes::text[], $until::timestamptz[], $carriers::uuid[], $shared::bool[])
           as r (id, phone, code, until, carrier, shared)
         cross join lateral (
           select distinct account_id from messages
           where to_number = r.phone and (reply_code = r.code or reply_code = '${PLACEHOLDER}' and carrier_id = r.carrier and r.shared)
             and submitted_at <= r.until and state = any($states::text[])
         ) m
         union all
         select r.id, null, o.account_id from unnest($ids::uuid[], $hashes::text[]) as r (id, hash)
         join opt_outs o on o.phone = r.hash and o.phone like '#%'`,
        {
          ids: late.map((reply) => reply.id),
          phones: late.map((reply) => reply.from_number),
          codes: late.map((reply) => reply.reply_code),
          until: late.map((reply) => reply.until),
          carriers: late.map((reply) => reply.carrier_id),
          shared: late.map(isShared),
          states: [...MAY_HAVE_ARRIVED],
          hashes: late.map((reply) => hashPhone(reply.from_number)),
        },
      );
