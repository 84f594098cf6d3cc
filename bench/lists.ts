import { Readable } from 'node:stream';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { textOf, type Answer } from '../dev/seed.ts';
import { round, type Bench, type Figure } from './bench.ts';
import { CAMPAIGN, type Stack } from './stage/stack.ts';

const TIMES = [100_000, 1_000_000];
const WORKER_HEAP_MB = 512;

function* csv(count: number, from: number): Generator<Buffer> {
  yield Buffer.from('to;prenom;reference\n');
  for (let n = 0; n < count; n += 1000) {
    let lines = '';
    for (let m = n; m < Math.min(count, n + 1000); m++) lines += `+336${10_000_000 + from + m};Zoé;commande-${m}\n`;
    yield Buffer.from(lines);
  }
}

/** Peak memory of a process, in MB. */
const peakOf = async (pid: number): Promise<number> => {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
};

async function importList(stack: Stack, count: number, from: number): Promise<Figure[]> {
  const { account, url, key, pids } = stack;
  const id = textOf(await account.send('POST', '/v1/campaigns/drafts', CAMPAIGN), 'id');
  const begun = performance.now();
  const response = await fetch(`${url}/v1/campaigns/${id}/recipients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv' },
    body: Readable.toWeb(Readable.from(csv(count, from))),
    duplex: 'half',
  });
  if (!response.ok) throw new Error(await response.text());
  const uploaded = (performance.now() - begun) / 1000;
  let list: Answer = {};
  do {
    await sleep(100);
    list = await account.get(`/v1/campaigns/${id}/recipients`);
  } while (list['endedAt'] === null);
  const seconds = (performance.now() - begun) / 1000;
  if (list['accepted'] !== count) throw new Error(`${String(list['accepted'])} of ${count} were accepted`);
  const [worker, api] = await Promise.all([peakOf(pids.workers[0] ?? 0), peakOf(pids.api)]);
  const line = `list of ${count.toLocaleString('en')}`;
  return [
    { line: `${line}, uploaded and looked at`, value: round(seconds), unit: 's', note: `upload ${round(uploaded)} s` },
    { line: `${line}, peak memory of the API`, value: Math.round(api), unit: 'MB' },
    { line: `${line}, peak memory of the worker`, value: Math.round(worker), unit: 'MB', note: `a heap of ${WORKER_HEAP_MB} MB` },
  ];
}

export const listsBench: Bench = {
  name: 'lists',
  stack: { receipts: null, window: 100, workerHeapMb: WORKER_HEAP_MB },
  async measure(stack) {
    const figures: Figure[] = [];
    for (const [n, count] of TIMES.entries()) figures.push(...(await importList(stack, count, n * 2_000_000)));
    return figures;
  },
};
