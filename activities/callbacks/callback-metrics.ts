import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Pool } from 'pg';
import { rows } from '../../database/sql.ts';

export type CallbackMetrics = {
  /** One attempt, by what it came to. */
  attempt(kind: string, ms: number): void;
  /** How long a reply waited until its first attempt, held time included. */
  firstAttempt(ms: number): void;
};

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];

/** What this process measures of callbacks, in the registry given. */
export function createCallbackMetrics(registry: Registry): CallbackMetrics {
  const registers = [registry];
  const duration = new Histogram({
    name: 'callback_attempt_duration_seconds',
    help: 'Time of an attempt, by what it came to',
    labelNames: ['class'],
    buckets: SECONDS,
    registers,
  });
  const attempts = new Counter({
    name: 'callback_attempts_total',
    help: 'Attempts, by what they came to',
    labelNames: ['class'],
    registers,
  });
  const first = new Histogram({
    name: 'callback_first_attempt_latency_seconds',
    help: 'Time from a reply to its first attempt, held time included',
    buckets: [...SECONDS, 60, 300, 3600, 86_400],
    registers,
  });
  return {
    attempt(kind, ms) {
      duration.observe({ class: kind }, ms / 1000);
      attempts.inc({ class: kind });
    },
    firstAttempt: (ms) => first.observe(ms / 1000),
  };
}

/** What the database knows of callbacks, read when somebody asks: the same in every process. */
export function callbackGauges(registry: Registry, pool: Pool): void {
  const registers = [registry];
  const health = new Gauge({
    name: 'callback_endpoints',
    help: 'Endpoints by health',
    labelNames: ['health'],
    registers,
    async collect() {
      this.reset();
      const found = await rows<{ health: string; count: number }>(
        pool,
        `select health, count(*)::int as count from callback_endpoints where deleted_at is null group by 1`,
      );
      for (const row of found) this.set({ health: row.health }, row.count);
    },
  });
  const outage = new Gauge({
    name: 'callback_line_down',
    help: 'Workers whose own line or name servers are down',
    registers,
    async collect() {
      const [row] = await rows<{ count: number }>(
        pool,
        `select count(*)::int as count from line_outages where ended_at is null and seen_at > now() - interval '1 minute'`,
      );
      this.set(row?.count ?? 0);
    },
  });
  const oldest = new Gauge({
    name: 'callback_oldest_waiting_seconds',
    help: 'Age of the oldest delivery that waits, by state',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const found = await rows<{ state: string; seconds: number }>(
        pool,
        `select state, extract(epoch from now() - min(created_at))::float8 as seconds from deliveries
         where channel = 'callback' and state in ('pending', 'retrying', 'held') group by 1`,
      );
      for (const row of found) this.set({ state: row.state }, row.seconds);
    },
  });
  void [health, outage, oldest];
}
