import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, DefaultLogger, Worker } from '@temporalio/worker';
import { percentile } from '../bench.ts';

// The ceiling of this Temporal server: runs of two empty steps.

const PAGE_MS = 100;
/** Temporal's runtime is installed once a process. */
let installed = false;
/** Time between the replies of a page. */
const APART_MS = 5;

/** Ten pages a second: 99th percentile of the second step's lateness, after the page and after its replies (ms); then pages a second at full load. */
export async function emptyRuns(
  address: string,
  namespace: string,
  { seconds = 10, atOnce = 400 } = {},
): Promise<{ pageP99: number; itemP99: number; perSecond: number }> {
  if (!installed) Runtime.install({ logger: new DefaultLogger('ERROR') });
  installed = true;
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
    while (!pages.every(({ id }) => ended.has(id))) await sleep(5);
  };

  return worker.runUntil(async () => {
    await all([await begin()]);
    const paced: { id: string; at: number }[] = [];
    for (let n = 0; n < (seconds * 1000) / PAGE_MS; n++) {
      const due = performance.now() + PAGE_MS;
      paced.push(await begin());
      await sleep(Math.max(0, due - performance.now()));
    }
    await all(paced);
    const pages = paced.map(({ id, at }) => (ended.get(id) ?? 0) - at);
    const items = pages.flatMap((ms) => Array.from({ length: PAGE_MS / APART_MS }, (_, n) => ms + n * APART_MS));
    const from = performance.now();
    await all(await Promise.all(Array.from({ length: atOnce }, begin)));
    const perSecond = atOnce / ((performance.now() - from) / 1000);
    await connection.close();
    return { pageP99: percentile(pages, 0.99), itemP99: percentile(items, 0.99), perSecond };
  });
}
