import type { DeliveryState } from '../../domain/callbacks/delivery-state.ts';
import type { Channel } from './delivery.ts';
import { HOUR_MS } from '../../domain/durations.ts';
import { idAt } from '../ids.ts';
import { rows, type Sql } from '../sql.ts';

export type DeliveryWish = {
  accountId: string;
  before?: string | undefined;
  state?: DeliveryState | undefined;
  channel?: Channel | undefined;
  endpoint?: string | undefined;
  reply?: string | undefined;
  conversation?: string | undefined;
  /** Creation time, half-open. */
  from?: Date | undefined;
  to?: Date | undefined;
};

/** Query for matching deliveries, newest first. Each filter has an index that begins with it. */
export function deliveriesQuery(wish: DeliveryWish, limit: number): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const use = (value: unknown): string => `$${values.push(value)}`;
  const account = use(wish.accountId);
  const conditions = [`d.account_id = ${account}`];
  if (wish.before) conditions.push(`d.id < ${use(wish.before)}`);
  if (wish.channel) conditions.push(`d.channel = ${use(wish.channel)}`);
  if (wish.endpoint) conditions.push(`d.endpoint_id = ${use(wish.endpoint)}`);
  // Ids follow time within clock differences: they bound the scan, the time decides.
  if (wish.from) conditions.push(`d.created_at >= ${use(wish.from)}`, `d.id >= ${use(idAt(wish.from.getTime() - HOUR_MS))}`);
  if (wish.to) conditions.push(`d.created_at < ${use(wish.to)}`, `d.id < ${use(idAt(wish.to.getTime() + HOUR_MS))}`);
  const undelivered = wish.state && wish.state !== 'delivered' ? [`d.state = ${use(wish.state)}`] : [];
  const page = `order by d.id desc limit ${use(limit)}`;
  const among = (from: string, more: string[]): string =>
    `(select d.id from ${from} where ${[...conditions, ...more].join(' and ')} ${page})`;
  // Delivered and undelivered ones have separate indexes.
  const branches = (from: string): string[] => {
    if (wish.state) return [among(from, wish.state === 'delivered' ? [DONE] : [OWED, ...undelivered])];
    return wish.endpoint ? [among(from, [OWED]), among(from, [DONE])] : [among(from, [])];
  };
  if (!wish.reply && !wish.conversation)
    return { text: `select d.id from (${branches('deliveries d').join(' union all ')}) d ${page}`, values };
  const about = [
    ...(wish.reply ? [`r.id = ${use(wish.reply)}`] : []),
    ...(wish.conversation ? [`r.conversation_id = ${use(wish.conversation)}`] : []),
  ].join(' and ');
  const text = `with about as materialized (
      select e.id from replies r join events e on e.reply_id = r.id and e.account_id = r.account_id
      where r.account_id = ${account} and not r.hidden and ${about}
    )
    select d.id from (${branches(OF_EVENTS).join(' union all ')}) d ${page}`;
  return { text, values };
}

const OWED = 'd.delivered_at is null';
const DONE = 'd.delivered_at is not null';
// A lateral join keeps the plan event by event, whatever the estimates.
const OF_EVENTS = 'about cross join lateral (select * from deliveries where event_id = about.id offset 0) d';

export async function findDeliveries(sql: Sql, wish: DeliveryWish, limit: number): Promise<string[]> {
  const { text, values } = deliveriesQuery(wish, limit);
  return (await rows<{ id: string }>(sql, text, values)).map(({ id }) => id);
}
