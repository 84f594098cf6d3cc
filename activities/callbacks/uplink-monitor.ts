import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { transition } from '../../domain/callbacks/endpoint-health.ts';
import {
  CANARIES,
  CANARY_EVERY_MS,
  CLOSE_MS,
  failedByTransport,
  uplinkIsDown,
  uplinkIsUp,
  witness,
  type Witness,
} from '../../domain/callbacks/uplink.ts';
import { databaseNow, lockHealth, writeHealth } from '../../database/callbacks/endpoint-health.ts';
import { newId } from '../../database/ids.ts';
import { affected, patientTransaction } from '../../database/sql.ts';

type Deps = { pool: Pool; log: Logger; worker: string };
export type UplinkMonitor = ReturnType<typeof createUplinkMonitor>;
export type Sight = {
  deliveryId: string;
  endpointId: string;
  attempt: number;
  url: string;
  ok: boolean;
  class: string;
  connected: boolean;
  /** Monotonic clock. */
  startedAt: number;
};

const MOST_HOSTS = 20_000;

/**
 * Watches this process's uplink. When most hosts fail by transport within ten seconds the fault is ours: no attempt is spent, no
 * endpoint blamed, and a few probes every two seconds find out when it is over.
 */
export function createUplinkMonitor({ pool, log, worker }: Deps) {
  const hosts = new Map<string, Witness>();
  let roseAt = -Infinity;
  let down: { since: number; id: string; tried: Set<string>; canariesAt: number; written: Promise<unknown> } | null = null;
  /** Failures recently counted against endpoints; given back if the uplink turns out to be down. */
  let counted: { at: number; deliveryId: string; endpointId: string; attempt: number; recorded: Promise<unknown> }[] = [];

  function markDown(now: number): void {
    const id = newId();
    const mine = counted.filter((each) => now - each.at <= CLOSE_MS);
    counted = [];
    const endpoints = new Set(mine.map((each) => each.endpointId)).size;
    log.warn({ endpoints }, 'most endpoints fail by transport: our own line or name servers are down; callbacks are held');
    const written = affected(
      pool,
      `insert into line_outages (id, worker, began_at, seen_at, ended_at, endpoints) values ($1, $2, now(), now(), null, $3)`,
      [id, worker, endpoints],
    );
    down = { since: now, id, tried: new Set<string>(), canariesAt: 0, written };
    void written
      .then(() => Promise.allSettled(mine.map((each) => each.recorded)))
      .then(() => giveBack(pool, mine))
      .catch((error: unknown) => log.warn({ err: error }, 'attempts during an outage of our own line could not be given back'));
  }

  function markUp(outage: NonNullable<typeof down>, now: number): void {
    down = null;
    roseAt = now;
    log.info({ seconds: Math.round((now - outage.since) / 1000) }, 'our own line is up again');
    hosts.clear();
    void outage.written
      .then(() => affected(pool, `update line_outages set ended_at = now(), seen_at = now() where id = $1`, [outage.id]))
      .catch((error: unknown) => log.warn({ err: error }, 'the end of an outage could not be written down'));
  }

  return {
    get down(): boolean {
      return down !== null;
    },
    /** How many attempts may start now: a few every two seconds while down. */
    allowance(): number {
      if (!down) return Infinity;
      const now = performance.now();
      if (now - down.canariesAt < CANARY_EVERY_MS) return 0;
      down.canariesAt = now;
      void affected(pool, `update line_outages set seen_at = now() where id = $1`, [down.id]).catch(() => {});
      return CANARIES;
    },
    /** Records an attempt's outcome and says whose fault a failure is. */
    observe(sight: Sight): 'ours' | 'theirs' {
      const now = performance.now();
      const host = URL.canParse(sight.url) ? new URL(sight.url).host : sight.url;
      const failed = !sight.ok && failedByTransport(sight.class, sight.connected);
      // Started before the uplink was back: its failure says nothing about now.
      if (failed && sight.startedAt < roseAt) return 'ours';
      if (hosts.size >= MOST_HOSTS) hosts.clear();
      hosts.set(host, witness(hosts.get(host), !failed, now));
      if (down) {
        down.tried.add(host);
        const tried = [...down.tried].flatMap((each) => hosts.get(each) ?? []);
        if (!failed && uplinkIsUp(tried, now)) markUp(down, now);
      } else if (failed && uplinkIsDown(hosts.values(), now)) markDown(now);
      return failed && down ? 'ours' : 'theirs';
    },
    /** Remembers a counted failure in case it turns out to be ours. */
    counted(sight: Sight, recorded: Promise<unknown>): void {
      if (!failedByTransport(sight.class, sight.connected)) return;
      const now = performance.now();
      if (counted.length > 1000) counted = counted.filter((each) => now - each.at <= CLOSE_MS);
      counted.push({ at: now, deliveryId: sight.deliveryId, endpointId: sight.endpointId, attempt: sight.attempt, recorded });
    },
  };
}

async function giveBack(pool: Pool, mine: { deliveryId: string; endpointId: string; attempt: number }[]): Promise<void> {
  if (mine.length === 0) return;
  await patientTransaction(pool, async (client) => {
    const found = await lockHealth(client, [...new Set(mine.map((each) => each.endpointId))].toSorted());
    const now = await databaseNow(client);
    await writeHealth(
      client,
      found.map((each) => ({ ...each, health: transition(each.health, { kind: 'exonerated', withinMs: 2 * CLOSE_MS }, now) })),
    );
    await affected(
      client,
      `delete from endpoint_minutes where endpoint_id = any($1::uuid[]) and minute > now() - interval '1 minute'`,
      [found.map((each) => each.id)],
    );
    await affected(
      client,
      `update deliveries d set attempts = d.attempts - 1, state = 'held', held_reason = 'network', next_at = now(), finished_at = null
       from unnest($1::uuid[], $2::int[]) as m (id, attempt)
       where d.id = m.id and d.attempts = m.attempt and d.state in ('retrying', 'exhausted')`,
      [mine.map((each) => each.deliveryId), mine.map((each) => each.attempt)],
    );
  });
}
