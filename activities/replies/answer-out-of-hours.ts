import type { PoolClient } from 'pg';
import { closedSince, within, type DaysOff, type Opening } from '../../domain/replies/opening-hours.ts';
import { holidayTeller } from '../../domain/replies/public-holidays.ts';
import { idAt } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import type { Filed } from './filing-types.ts';

/** Older replies get no automatic answer: the nightly sync brings yesterday's. */
const FRESH_MS = 3_600_000;

type Setting = {
  id: string;
  country: string;
  time_zone: string;
  text: string;
  hours: Opening[];
  holidays: boolean;
  closed: DaysOff[];
};
type Waiting = { each: Filed; text: string; since: Date };

/**
 * Replies to answer out of hours: one per conversation, unless answered so since closing time. Skipped: keywords that act by
 * themselves, blocked conversations, opted-out phones.
 */
export async function outOfHours(client: PoolClient, filed: Filed[], now = new Date()): Promise<Omit<Waiting, 'since'>[]> {
  const plain = filed.filter((each) => !each.hidden && !each.optOut && each.keyword === null && each.rule === null);
  if (plain.length === 0) return [];
  const settings = await rows<Setting>(
    client,
    `select a.id, a.country, a.time_zone, o.text, o.hours, o.holidays, o.closed from out_of_hours o join accounts a on a.id = o.account_id
     where o.account_id = any($1::uuid[]) and o.enabled and a.two_way = 'on'`,
    [[...new Set(plain.map((each) => each.accountId))]],
  );
  if (settings.length === 0) return [];
  const byId = new Map(settings.map((setting) => [setting.id, setting]));
  const waiting = new Map<string, Waiting>();
  for (const each of plain) {
    const { received_at: at } = each.reply;
    const setting = byId.get(each.accountId);
    if (!setting || each.conversationId === null || now.getTime() - at.getTime() > FRESH_MS) continue;
    const since = closedSince(setting.hours, setting.time_zone, at, await tellerOf(setting, at));
    if (since !== null && !waiting.has(each.conversationId))
      waiting.set(each.conversationId, { each, text: setting.text, since });
  }
  if (waiting.size === 0) return [];
  const all = [...waiting];
  const unanswered = await rows<{ id: string }>(
    client,
    `select w.id from unnest($1::uuid[], $2::uuid[]) as w (id, since) join conversations c on c.id = w.id
     where c.state <> 'blocked'
       and not exists (select from opt_outs o where o.account_id = c.account_id and o.phone = c.phone)
       and not exists (select from messages m where m.to_number = c.phone and m.account_id = c.account_id
         and m.automatic = 'out-of-hours' and m.id > w.since)`,
    [all.map(([id]) => id), all.map(([, { since }]) => idAt(since.getTime()))],
  );
  return unanswered.flatMap(({ id }) => waiting.get(id) ?? []);
}

/** Tells the account's days off, holidays included, around `at`. */
async function tellerOf(
  { country, time_zone: timeZone, holidays, closed }: Setting,
  at: Date,
): Promise<(day: string) => boolean> {
  const own = (day: string): boolean => within(closed, day);
  if (!holidays) return own;
  const year = at.getUTCFullYear();
  const isHoliday = await holidayTeller({ country, timeZone }, [year - 1, year, year + 1]);
  return (day) => isHoliday(day) || own(day);
}
