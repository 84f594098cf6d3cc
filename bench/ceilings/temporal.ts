import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, DefaultLogger, Worker } from '@temporalio/worker';

// The same pages through the same Temporal server, in a run each of two steps that do nothing.

const PAGE_MS = 100;

/**
 * `pagesPerSecond` runs a second for so long: how late their second step is after the page was there (ms, p99), and how many
 * pages a second it does when they all are there at once.
 */
export async function emptyRuns(
  address: string,
  { seconds = 10, atOnce = 400 } = {},
): Promise<{ p99: number; perSecond: number }> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const namespace = 'default';
  const taskQueue = `ceiling-${randomUUID()}`;
  const { code } = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('./empty-run.ts', import.meta.url)) });
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const ended = new Map<string, number>();
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    workflowBundle: { code },
    activities: {
      file: (id: string) => Promise.resolve(id),
      post: (id: string) => {
        ended.set(id, performance.now());
        return Promise.resolve();
      },
    },
  });
  const begin = async (): Promise<{ id: string; at: number }> => {
    const page = { id: randomUUID(), at: performance.now() };
    await client.workflow.start('emptyRun', { taskQueue, workflowId: `ceiling/${page.id}`, args: [page.id] });
    return page;
  };
  const all = async (pages: { id: string }[]): Promise<void> => {
    while (!pages.every(({ id }) => ended.has(id))) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  return worker.runUntil(async () => {
    await all([await begin()]);
    const paced: { id: string; at: number }[] = [];
    for (let n = 0; n < (seconds * 1000) / PAGE_MS; n++) {
      const due = performance.now() + PAGE_MS;
      paced.push(await begin());
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    await all(paced);
    const waits = paced.map(({ id, at }) => (ended.get(id) ?? 0) - at).toSorted((a, b) => a - b);
    const from = performance.now();
    await all(await Promise.all(Array.from({ length: atOnce }, begin)));
    const perSecond = atOnce / ((performance.now() - from) / 1000);
    await connection.close();
    return { p99: waits[Math.floor(waits.length * 0.99)] ?? Number.NaN, perSecond };
  });
}
