import { appendFile, mkdir } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acceptBench } from './accept.ts';
import type { Bench, Figure } from './bench.ts';
import { blackHolesBench } from './callbacks/black-holes.ts';
import { backlogBench } from './callbacks/backlog.ts';
import { failingBench } from './callbacks/failing.ts';
import { latenessBench } from './callbacks/lateness.ts';
import { carriersBench } from './carriers/carriers.ts';
import { measureCommit } from './stage/compare.ts';
import { consoleBench } from './console.ts';
import { ladderBench } from './ladder.ts';
import { listsBench } from './lists.ts';
import { mailBench } from './mail.ts';
import { peersBench } from './peers/peers.ts';
import { repliesBench } from './replies.ts';
import { scaleBench } from './scale.ts';
import { halveCores } from './stage/slow.ts';
import { startStack } from './stage/stack.ts';
import { medians, table, type Line } from './stage/table.ts';
import { receiptsBench, submitBench, twoBindsBench } from './submit.ts';
import { steadyBench } from './steady.ts';
import { syncBench } from './sync.ts';
import { yearsBench } from './years.ts';

const CALLBACKS: Bench[] = [blackHolesBench, backlogBench, latenessBench, failingBench];
const BENCHES: Bench[] = [
  acceptBench,
  listsBench,
  submitBench,
  twoBindsBench,
  receiptsBench,
  repliesBench,
  ladderBench,
  mailBench,
  carriersBench,
  syncBench,
  consoleBench,
  ...CALLBACKS,
  scaleBench,
  steadyBench,
  yearsBench,
  peersBench,
];
const RESULTS = 'bench/results';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    production: { type: 'boolean', default: false },
    slowed: { type: 'boolean', default: false },
    /** Runs of each bench; the median is shown. */
    times: { type: 'string', default: '1' },
    compare: { type: 'string' },
  },
});
const times = Number(values.times);
const isMeant = (bench: Bench, name: string): boolean =>
  bench.name === name || (name === 'callbacks' && CALLBACKS.includes(bench));
const unknown = positionals.filter((name) => !BENCHES.some((bench) => isMeant(bench, name)));
if (unknown.length > 0) {
  console.error(`There is no bench named ${unknown.join(', ')}. There are: ${BENCHES.map((bench) => bench.name).join(', ')}`);
  process.exit(1);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
if (values.production) execFileSync(process.execPath, ['dev/build.ts'], { stdio: 'inherit' });
if (values.slowed) await halveCores();
// Only by name: peers are programs to install.
const chosen = BENCHES.filter(
  (bench) => (positionals.length === 0 && bench !== peersBench) || positionals.some((name) => isMeant(bench, name)),
);
const figures: Line[] = [];
for (const bench of chosen) {
  const runs: Figure[][] = [];
  for (let n = 0; n < times; n++) runs.push(await measure(bench));
  figures.push(...medians(runs).map((figure) => ({ bench: bench.name, ...figure })));
}

async function measure(bench: Bench): Promise<Figure[]> {
  const sayFor = (line: string): void => say(`${bench.name}: ${line}`);
  const options = { production: values.production, slowed: values.slowed };
  if ('alone' in bench) return bench.alone(sayFor, options);
  sayFor('starting a stack');
  await using stack = await startStack({
    ...bench.stack,
    ...options,
    ...(values.profile ? { profileDir: join('bench/profiles', bench.name) } : {}),
  });
  return await bench.measure(stack, sayFor);
}

const run = {
  at: new Date().toISOString(),
  commit: commit(),
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? '',
  node: process.version,
  production: values.production,
  slowed: values.slowed,
  times,
  figures,
};
await mkdir(RESULTS, { recursive: true });
await appendFile(`${RESULTS}/figures.ndjson`, `${JSON.stringify(run)}\n`);
const before =
  values.compare === undefined
    ? null
    : await measureCommit(
        values.compare,
        chosen.map(({ name }) => name),
        say,
      );
console.log(values.json ? JSON.stringify(run, null, 2) : table(figures, before));

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
