import type { Pool } from 'pg';
import { CARRIER_UP } from '../../database/carriers/carrier-health.ts';
import { idAt } from '../../database/ids.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { carriersFor, type RouteRule } from '../../domain/carriers/routing.ts';

type Carrier = { id: string; route: string; up: boolean };
type Queued = {
  id: string;
  account_id: string;
  campaign_id: string | null;
  row: number | null;
  to_number: string;
  reply_code: string | null;
};

const PAGE = 5000;
const MOST = 50_000;

// Never submitted, neither by this carrier nor before a doubt, so surely not sent. SIM messages stay with their SIM.
const UNTOUCHED = `m.state = 'queued' and m.submitted_at is null and m.resends = 0 and m.port is null`;

/**
 * Idempotent: reroutes messages waiting for a carrier that is down to another in the routing table that has their reply number.
 * Returns the campaigns to wake.
 */
export async function failOverQueued(pool: Pool): Promise<string[]> {
  const carriers = await rows<Carrier>(pool, `select c.id, c.route, ${CARRIER_UP} as up from carriers c order by c.id`);
  const rules = await rows<RouteRule & { route: string }>(
    pool,
    `select route, carrier_id as "carrierId", country, account_id as "accountId", priority, share from routes order by id`,
  );
  const up = new Set(carriers.filter((carrier) => carrier.up).map(({ id }) => id));
  const down = carriers.filter(
    (carrier) => !carrier.up && rules.some(({ route, carrierId }) => route === carrier.route && up.has(carrierId)),
  );
  if (down.length === 0) return [];
  const numbers = new Set(
    (
      await rows<{ carrier_id: string; number: string }>(
        pool,
        'select carrier_id, number from numbers where carrier_id = any($1::uuid[])',
        [[...up]],
      )
    ).map((row) => `${row.carrier_id} ${row.number}`),
  );
  const changed = new Set<string>();
  let left = MOST;
  for (const carrier of down) {
    const usable = rules.filter(({ route }) => route === carrier.route);
    const campaigns = await rows<{ id: string }>(
      pool,
      `select id from campaigns where ended_at is null and launched_at is not null and $1 = any(coalesce(carrier_ids, array[carrier_id])) order by id`,
      [carrier.id],
    );
    for (const campaignId of [null, ...campaigns.map(({ id }) => id)]) {
      for (let after = ''; left > 0;) {
        const page = await queuedOf(pool, carrier.id, campaignId, after);
        const moves = page.flatMap((message) => {
          const to = targetOf(message, usable, up, numbers);
          return to === undefined ? [] : [{ id: message.id, to }];
        });
        if ((await move(pool, carrier.id, campaignId, moves)) > 0 && campaignId !== null) changed.add(campaignId);
        left -= page.length;
        if (page.length < PAGE) break;
        after = cursorOf(page.at(-1), campaignId);
      }
    }
  }
  return [...changed];
}

const cursorOf = (last: Queued | undefined, campaignId: string | null): string =>
  campaignId === null ? (last?.id ?? '') : String(last?.row ?? '');

const COLUMNS = 'm.id, m.account_id, m.campaign_id, m.row, m.to_number, m.reply_code';

/** A campaign's messages by row; single ones of the last three days by id. */
const queuedOf = (pool: Pool, carrierId: string, campaignId: string | null, after: string): Promise<Queued[]> =>
  campaignId === null
    ? rows<Queued>(
        pool,
        `select ${COLUMNS} from messages m where m.campaign_id is null and m.id > greatest(nullif($2, '')::uuid, $3::uuid)
           and m.carrier_id = $1 and ${UNTOUCHED} order by m.id limit ${PAGE}`,
        [carrierId, after, idAt(Date.now() - 3 * 86_400_000)],
      )
    : rows<Queued>(
        pool,
        `select ${COLUMNS} from messages m where m.campaign_id = $2 and m.row > coalesce(nullif($3, '')::int, 0)
           and m.carrier_id = $1 and ${UNTOUCHED} order by m.row limit ${PAGE}`,
        [carrierId, campaignId, after],
      );

function targetOf(message: Queued, rules: RouteRule[], up: Set<string>, numbers: Set<string>): string | undefined {
  const phone = normalisePhone(message.to_number, 'FR');
  if ('code' in phone) return undefined;
  const carried = { accountId: message.account_id, country: phone.country, turn: message.row ?? 0 };
  return carriersFor(rules, carried, (id) => up.has(id)).find(
    (id) => up.has(id) && (message.reply_code === null || numbers.has(`${id} ${message.reply_code}`)),
  );
}

const move = (pool: Pool, from: string, campaignId: string | null, moves: { id: string; to: string }[]): Promise<number> =>
  moves.length === 0
    ? Promise.resolve(0)
    : transaction(pool, async (client) => {
        const moved = await affected(
          client,
          `update messages m set carrier_id = t.carrier from unnest($2::uuid[], $3::uuid[]) as t (id, carrier)
           where m.id = t.id and m.carrier_id = $1 and ${UNTOUCHED}`,
          [from, moves.map(({ id }) => id), moves.map(({ to }) => to)],
        );
        await affected(
          client,
          `update campaigns set carrier_ids = array(select distinct unnest(coalesce(carrier_ids, array[carrier_id]) || $2::uuid[])) where id = $1`,
          [campaignId, [...new Set(moves.map(({ to }) => to))]],
        );
        return moved;
      });
