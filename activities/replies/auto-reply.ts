import type { PoolClient } from 'pg';
import { grant, STOP_TEXTS, type Automatic } from '../../domain/replies/automatic-answers.ts';
import { segmentPrice, type SegmentPrices } from '../../domain/campaigns/cost.ts';
import { countryOf } from '../../domain/phone-number.ts';
import { countSegments } from '../../domain/sms/segments.ts';
import type { RouteName } from '../../domain/sending/sender-policy.ts';
import { idAt, newId } from '../../database/ids.ts';
import { HOUR_MS } from '../../domain/durations.ts';
import { segmentPrices } from '../../database/numbers/price.ts';
import { affected, rows } from '../../database/sql.ts';
import { outOfHours } from './answer-out-of-hours.ts';
import type { Filed } from './filing-types.ts';

type Account = {
  id: string;
  locale: 'fr' | 'en';
  two_way: boolean;
  stop_confirmation: boolean;
  stop_text: string | null;
  contact_text: string | null;
};
type Wish = { each: Filed; twoWay: boolean; automatic: Automatic; text: string };

/**
 * Stores automatic answers in the caller's transaction, after the conversations are locked: two pages never answer one phone at
 * once. Returns the messages to send after the commit.
 */
export async function autoReply(client: PoolClient, filed: Filed[], optedOut: ReadonlySet<string>): Promise<string[]> {
  const asking = filed.filter(
    (each) =>
      optedOut.has(each.reply.id) ||
      (!each.hidden && (each.keyword === 'contact' || each.rule?.actions.some((action) => action.do === 'answer') === true)),
  );
  const closed = await outOfHours(client, filed);
  if (asking.length === 0 && closed.length === 0) return [];
  const accounts = await rows<Account>(
    client,
    `select a.id, a.locale, a.two_way = 'on' as two_way, coalesce(p.stop_confirmation, true) as stop_confirmation, p.stop_text, p.contact_text
     from accounts a left join account_policies p on p.account_id = a.id where a.id = any($1::uuid[])`,
    [asking.map((each) => each.accountId)],
  );
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const wishes = asking.flatMap((each) => {
    const account = byId.get(each.accountId);
    return account ? wishesOf(each, account, optedOut.has(each.reply.id)) : [];
  });
  for (const { each, text } of closed) wishes.push({ each, twoWay: true, automatic: 'out-of-hours', text });
  const granted = await withinTheHour(client, wishes);
  if (granted.length === 0) return [];
  const costOf = await pricing(client, granted);
  const ids = granted.map(() => newId());
  await affected(
    client,
    `insert into messages (id, account_id, conversation_id, carrier_id, to_number, sender, reply_code, port, text, segments, two_way, automatic,
       cost_micros, simulation, state)
     select m.id, m.account_id, m.conversation_id, m.carrier_id, m.phone, m.code, m.code, m.port, m.text, m.segments, m.two_way, m.automatic, m.cost, false,
       'queued'
     from unnest($ids::uuid[], $accounts::uuid[], $conversations::uuid[], $carriers::uuid[], $phones::text[], $codes::text[],
       $ports::smallint[], $texts::text[], $segments::smallint[], $twoWay::bool[], $automatic::text[], $costs::int[])
       as m (id, account_id, conversation_id, carrier_id, phone, code, port, text, segments, two_way, automatic, cost)`,
    {
      ids,
      accounts: granted.map(({ each }) => each.accountId),
      conversations: granted.map(({ each }) => each.conversationId),
      carriers: granted.map(({ each }) => each.reply.carrier_id),
      phones: granted.map(({ each }) => each.reply.from_number),
      codes: granted.map(({ each }) => each.reply.reply_code),
      ports: granted.map(({ each }) => each.reply.port ?? null),
      texts: granted.map(({ text }) => text),
      segments: granted.map(({ text }) => countSegments(text).segments),
      twoWay: granted.map(({ twoWay }) => twoWay),
      automatic: granted.map(({ automatic }) => automatic),
      costs: granted.map(costOf),
    },
  );
  return ids;
}

/** Each message's price for its account; null if none is set. */
async function pricing(client: PoolClient, wishes: Wish[]): Promise<(wish: Wish) => number | null> {
  const carriers = await rows<{ id: string; route: RouteName }>(
    client,
    'select id, route from carriers where id = any($1::uuid[])',
    [wishes.map(({ each }) => each.reply.carrier_id)],
  );
  const routes = new Map(carriers.map(({ id, route }) => [id, route]));
  const lists = new Map<string, SegmentPrices>();
  for (const { each } of wishes) {
    const route = routes.get(each.reply.carrier_id);
    const list = `${each.accountId} ${route}`;
    if (route && !lists.has(list)) lists.set(list, await segmentPrices(client, each.accountId, route, new Date()));
  }
  return ({ each, text }) => {
    const prices = lists.get(`${each.accountId} ${routes.get(each.reply.carrier_id)}`);
    const price = prices ? segmentPrice(prices, countryOf(each.reply.from_number)) : null;
    return price === null ? null : price * countSegments(text).segments;
  };
}

/** A STOP is confirmed once, where the carrier allows it; nothing else is sent to someone who opted out. */
function wishesOf(each: Filed, account: Account, left: boolean): Wish[] {
  const wish = (automatic: Automatic, text: string): Wish => ({ each, twoWay: account.two_way, automatic, text });
  if (left) {
    const confirmed = account.stop_confirmation && each.reply.stop_confirmations === true;
    return confirmed ? [wish('stop-confirmation', account.stop_text ?? STOP_TEXTS[account.locale])] : [];
  }
  if (each.keyword === 'contact') return account.contact_text === null ? [] : [wish('contact', account.contact_text)];
  return (each.rule?.actions ?? []).flatMap((action) => (action.do === 'answer' ? [wish('answer', action.text)] : []));
}

async function withinTheHour(client: PoolClient, wishes: Wish[]): Promise<Wish[]> {
  if (wishes.length === 0) return [];
  const groups = Map.groupBy(wishes, ({ each }) => `${each.accountId} ${each.reply.from_number}`);
  const firsts = [...groups.values()].flatMap(([first]) => (first ? [first.each] : []));
  const counts = await rows<{ key: string; already: number }>(
    client,
    `select w.account_id || ' ' || w.phone as key, count(*)::int as already
     from unnest($1::uuid[], $2::text[]) as w (account_id, phone)
     join messages m on m.to_number = w.phone and m.account_id = w.account_id and m.automatic is not null and m.id > $3::uuid
     group by 1`,
    [firsts.map((each) => each.accountId), firsts.map((each) => each.reply.from_number), idAt(Date.now() - HOUR_MS)],
  );
  const already = new Map(counts.map((row) => [row.key, row.already]));
  return [...groups].flatMap(([key, list]) => grant(list[0]?.each.reply.from_number ?? '', list, already.get(key) ?? 0));
}
