import type { Pool } from 'pg';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type ProductMetrics = ReturnType<typeof createProductMetrics>;

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120];

export function createProductMetrics(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `aller_retour_${name}`, help, labelNames, registers });
  const timer = (name: string, help: string, buckets: number[], labelNames: string[] = []) =>
    new Histogram({ name: `aller_retour_${name}`, help, buckets, labelNames, registers });
  const duration = timer('callback_attempt_duration_seconds', 'Time of an attempt, by what it came to', SECONDS, ['class']);
  const attempts = counter('callback_attempts_total', 'Attempts, by what they came to', ['class']);
  const first = timer('callback_first_attempt_latency_seconds', 'Time from a reply to its first attempt, held time included', [
    ...SECONDS,
    300,
    3600,
    86_400,
  ]);
  const submitted = counter('messages_submitted_total', 'Answers of carriers to messages', ['carrier', 'route', 'outcome']);
  const receipts = counter('receipts_total', 'Receipts from carriers, by what they say', ['carrier', 'status']);
  const received = counter('replies_received_total', 'Replies stored and handed over to be filed');
  const filed = counter('replies_filed_total', 'Replies filed in a conversation');
  const unattributed = counter('replies_unattributed_total', 'Replies that belong to no account');
  return {
    attempt(kind: string, ms: number) {
      duration.observe({ class: kind }, ms / 1000);
      attempts.inc({ class: kind });
    },
    firstAttempt: (ms: number) => first.observe(ms / 1000),
    submitted: (carrier: string, route: string, outcome: string) => submitted.inc({ carrier, route, outcome }),
    receipt: (carrier: string, status: string) => receipts.inc({ carrier, status }),
    received: (count: number) => received.inc(count),
    page(page: { filed: number; unattributed: number }) {
      filed.inc(page.filed);
      unattributed.inc(page.unattributed);
    },
  };
}

/** The process's version, connections, and whether NOTIFY arrives. */
export function processGauges(
  registry: Registry,
  { pool, version, hears }: { pool: Pool; version: string; hears?: () => boolean },
) {
  const gauge = (name: string, help: string, labelNames: string[], read: (gauge: Gauge) => void) =>
    new Gauge({
      name: `aller_retour_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        read(this);
      },
    });
  gauge('build_info', '1, with the version that runs', ['version', 'node'], (it) =>
    it.set({ version, node: process.version }, 1),
  );
  gauge('database_connections', 'Connections of the pool for statements, by state', ['state'], (it) => {
    it.set({ state: 'idle' }, pool.idleCount);
    it.set({ state: 'used' }, pool.totalCount - pool.idleCount);
  });
  gauge('database_waiting', 'Statements that wait for a connection', [], (it) => it.set(pool.waitingCount));
  if (hears) gauge('database_news', '1 while this process hears what others tell by NOTIFY', [], (it) => it.set(hears() ? 1 : 0));
}
