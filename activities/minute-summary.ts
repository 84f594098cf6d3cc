import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

/** A summary line: its name, its metric, and the label that splits it. */
const TOLD: [name: string, metric: string, label?: string][] = [
  ['messages', 'messages_submitted_total', 'outcome'],
  ['repliesReceived', 'replies_received_total'],
  ['repliesFiled', 'replies_filed_total'],
  ['callbacks', 'callback_attempts_total', 'class'],
  ['requests', 'http_request_duration_seconds', 'status'],
];

/** Logs once a minute what this process did, if anything. */
export function openMinuteSummary(registry: Registry, log: Logger, everyMs = 60_000): AsyncDisposable {
  const before = new Map<string, number>();
  async function tell(): Promise<void> {
    const done: Record<string, number | Record<string, number>> = {};
    for (const [name, metric, label] of TOLD) {
      const read = await registry.getSingleMetric(`aller_retour_${metric}`)?.get();
      // A histogram's count.
      const counts = read?.values.filter((each) => !('metricName' in each) || String(each.metricName).endsWith('_count')) ?? [];
      const now = new Map<string, number>();
      for (const { labels, value } of counts) {
        const key = label === undefined ? '' : String(Reflect.get(labels, label));
        now.set(key, (now.get(key) ?? 0) + value);
      }
      const news = [...now].map(([key, value]) => [key, value - (before.get(`${name} ${key}`) ?? 0)] as const);
      for (const [key, value] of now) before.set(`${name} ${key}`, value);
      const changed = Object.fromEntries(news.filter(([, value]) => value > 0));
      if (Object.keys(changed).length > 0) done[name] = label === undefined ? (changed[''] ?? 0) : changed;
    }
    if (Object.keys(done).length > 0) log.info(done, 'in the last minute');
  }
  const say = () => tell().catch((error: unknown) => log.warn({ err: error }, 'the minute could not be summed up'));
  const timer = setInterval(() => void say(), everyMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await say();
    },
  };
}
