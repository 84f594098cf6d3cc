import { appendFile, mkdir } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acceptBench } from './accept.ts';
import type { Bench, Figure } from './bench.ts';
import { listsBench } from './lists.ts';
import { repliesBench } from './replies.ts';
import { startStack } from './stack.ts';
import { receiptsBench, submitBench, twoBindsBench } from './submit.ts';

const BENCHES: Bench[] = [acceptBench, listsBench, submitBench, twoBindsBench, receiptsBench, repliesBench];
const RESULTS = 'bench/results';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    production: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`There is no bench named ${unknown.join(', ')}. There are: ${BENCHES.map((bench) => bench.name).join(', ')}`);
  process.exit(1);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
if (values.production) execFileSync(process.execPath, ['build.ts'], { stdio: 'inherit' });
const figures: (Figure & { bench: string })[] = [];
for (const bench of BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  say(`${bench.name}: starting a stack`);
  await using stack = await startStack({
    ...bench.stack,
    production: values.production,
    ...(values.profile ? { profileDir: join('bench/profiles', bench.name) } : {}),
  });
  for (const figure of await bench.measure(stack, (line) => say(`${bench.name}: ${line}`)))
    figures.push({ bench: bench.name, ...figure });
}

const run = {
  at: new Date().toISOString(),
  commit: commit(),
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? '',
  node: process.version,
  production: values.production,
  figures,
};
await mkdir(RESULTS, { recursive: true });
await appendFile(`${RESULTS}/figures.ndjson`, `${JSON.stringify(run)}\n`);
console.log(values.json ? JSON.stringify(run, null, 2) : table(figures));

function table(all: Figure[]): string {
  const cells = all.map(({ line, value, unit, aim = '', ratio, note = '' }) => [
    line,
    `${value.toLocaleString('en')} ${unit}`,
    aim,
    ratio === undefined ? '' : `${Math.round(ratio * 100)} %`,
    note,
  ]);
  const rows = [['line', 'measured', 'aim', 'of the ceiling', ''], ...cells];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
