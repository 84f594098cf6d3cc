import type { Pool } from 'pg';
import type { OutboundMessage } from '../../carriers/carrier.ts';
import type { SimLimits } from '../../carriers/sims.ts';
import { affected, rows } from '../../database/sql.ts';
import { countSegments, MAX_SEGMENTS } from '../../domain/sms/segments.ts';
import { instantOf, offsetMs } from '../../domain/zoned-time.ts';
import { DAY_MS } from '../../domain/durations.ts';

/** Messages beyond a day's cap go in the morning, not at midnight. */
const MORNING_MS = 8 * 3_600_000;
const KEPT_DAYS = 7;

export type SimPace = Awaited<ReturnType<typeof openSimPace>>;

/** The pace of a gateway's SIMs, held by the slot's holder. The day's counts survive the process. */
export async function openSimPace(
  pool: Pool,
  carrierId: string,
  { smsPerMinute, smsPerDay, timeZone }: SimLimits,
  now: () => number = Date.now,
) {
  const everyMs = 60_000 / smsPerMinute;
  /** Local calendar day, as a count of days. */
  const today = (): number => Math.floor((now() + offsetMs(now(), timeZone)) / DAY_MS);
  const nameOf = (date: number): string => new Date(date * DAY_MS).toISOString().slice(0, 10);
  let day = today();
  let sent = new Map<number, number>();
  let unkept = new Map<number, number>();
  const freeAt = new Map<number, number>();

  const known = await rows<{ port: number; sent: number }>(
    pool,
    `with old as (delete from sim_days where carrier_id = $1 and day < $2::date - ${KEPT_DAYS})
     select port, sent from sim_days where carrier_id = $1 and day = $2`,
    [carrierId, nameOf(day)],
  );
  for (const { port, sent: count } of known) sent.set(port, count);

  function count(port: number, by: number): void {
    sent.set(port, (sent.get(port) ?? 0) + by);
    unkept.set(port, (unkept.get(port) ?? 0) + by);
  }

  function turnOver(): void {
    if (today() === day) return;
    day = today();
    sent = new Map();
    unkept = new Map();
  }

  return {
    /** Time until the message's SIM may send; 0 is now. */
    waitMs: ({ port }: OutboundMessage): number => (port === null ? 0 : Math.max(0, (freeAt.get(port) ?? 0) - now())),
    /** Time until the next morning if the message exceeds its SIM's day, else null. */
    spentMs({ port, text }: OutboundMessage): number | null {
      turnOver();
      const before = port === null ? 0 : (sent.get(port) ?? 0);
      // A message longer than a day's cap goes first of its day.
      if (before === 0 || before + MAX_SEGMENTS <= smsPerDay || before + countSegments(text).segments <= smsPerDay) return null;
      return instantOf((day + 1) * DAY_MS + MORNING_MS, timeZone).getTime() - now();
    },
    took({ port, text }: OutboundMessage): void {
      if (port === null) return;
      turnOver();
      const { segments } = countSegments(text);
      freeAt.set(port, Math.max(now(), freeAt.get(port) ?? 0) + segments * everyMs);
      count(port, segments);
    },
    /** It was not sent. */
    gaveBack({ port, text }: OutboundMessage): void {
      if (port !== null) count(port, -countSegments(text).segments);
    },
    /** Stores the count before sending: after a crash too much is counted rather than too little. */
    async keep(): Promise<void> {
      if (unkept.size === 0) return;
      const [ports, counts] = [[...unkept.keys()], [...unkept.values()]];
      const of = day;
      unkept = new Map();
      try {
        await affected(
          pool,
          `insert into sim_days as d (carrier_id, port, day, sent)
           select $1, port, $2, sent from unnest($3::smallint[], $4::int[]) as t (port, sent) order by port
           on conflict (carrier_id, port, day) do update set sent = greatest(0, d.sent + excluded.sent)`,
          [carrierId, nameOf(of), ports, counts],
        );
      } catch (error) {
        if (of === day)
          for (const [index, port] of ports.entries()) unkept.set(port, (unkept.get(port) ?? 0) + (counts[index] ?? 0));
        throw error;
      }
    },
  };
}

/** Idempotent: delays what a SIM may not send today. */
export const putOff = (pool: Pool, carrierId: string, messages: { id: string; ms: number }[]): Promise<number> =>
  affected(
    pool,
    `update messages m set reason = 'sim-daily-cap', not_before = now() + make_interval(secs => o.ms / 1000.0)
     from unnest($2::uuid[], $3::float8[]) as o (id, ms) where m.id = o.id and m.carrier_id = $1 and m.state = 'queued'`,
    [carrierId, messages.map(({ id }) => id), messages.map(({ ms }) => ms)],
  );
