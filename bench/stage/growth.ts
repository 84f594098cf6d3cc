import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { round } from '../bench.ts';
import { PARTS, type Cpu } from './cpu.ts';

// Prints the tables of docs/scale.md, from the last `npm run bench -- scale`.

/** Share of a day's messages in its busiest hour. */
const PEAK_HOUR = 0.25;
const REPLY_SHARE = 0.03;
/** Room for bursts, vacuum and backups. */
const HEADROOM = 2;
const DAYS = [100_000, 1_000_000, 10_000_000, 100_000_000];
const RETENTION_DAYS = 395;

const Run = z.object({
  at: z.string(),
  commit: z.string(),
  cpu: z.string(),
  figures: z.array(z.object({ bench: z.string(), line: z.string(), value: z.number() })),
});

const lines = (await readFile('bench/results/figures.ndjson', 'utf8')).trim().split('\n');
const run = lines
  .map((line) => Run.parse(JSON.parse(line)))
  .findLast(({ figures }) => figures.some(({ bench }) => bench === 'scale'));
if (!run) throw new Error('Nothing was measured yet: npm run bench -- scale');

const figure = (line: string): number => {
  const found = run.figures.find((each) => each.bench === 'scale' && each.line === line);
  if (!found) throw new Error(`The last run has no line "${line}"`);
  return found.value;
};
const costOf = (what: 'messages' | 'replies', workers = 1): Cpu => ({
  api: figure(`${workers} workers: processor time of api a thousand ${what}`),
  worker: figure(`${workers} workers: processor time of worker a thousand ${what}`),
  PostgreSQL: figure(`${workers} workers: processor time of PostgreSQL a thousand ${what}`),
  Temporal: figure(`${workers} workers: processor time of Temporal a thousand ${what}`),
});

const row = (cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: string[], body: (string | number)[][]): string =>
  [row(head), row(head.map(() => '---')), ...body.map(row)].join('\n');
const count = (value: number): string => value.toLocaleString('en');

const message = costOf('messages');
const reply = costOf('replies');
const perBind = figure('1 workers: messages accepted, sent and written down');
const disk = {
  message: figure('1 workers: disk a message'),
  reply: figure('1 workers: disk a reply, with its callback'),
};

const growth = DAYS.map((day) => {
  const messages = (day * PEAK_HOUR) / 3600;
  const replies = messages * REPLY_SHARE;
  const cores = PARTS.map((part) => round(((messages * message[part] + replies * reply[part]) / 1e6) * HEADROOM));
  const gigabytes = (day * disk.message + day * REPLY_SHARE * disk.reply) / 1e9;
  return [
    count(day),
    count(Math.round(messages)),
    round(replies),
    ...cores,
    Math.max(1, Math.ceil((messages * HEADROOM) / perBind)),
    round(gigabytes),
    round((gigabytes * RETENTION_DAYS) / 1000),
  ];
});

console.log(`From the run of ${run.at.slice(0, 10)} at ${run.commit} on ${run.cpu}.\n`);
console.log('Processor time, in milliseconds a thousand:\n');
console.log(
  table(
    ['', ...PARTS],
    [
      ['messages', ...PARTS.map((part) => message[part])],
      ['replies', ...PARTS.map((part) => reply[part])],
    ],
  ),
);
console.log('\nBy messages a day:\n');
console.log(
  table(
    [
      'messages a day',
      'a second at the peak',
      'replies',
      ...PARTS.map((part) => `cores: ${part}`),
      'binds',
      'GB a day',
      'TB in 13 months',
    ],
    growth,
  ),
);
console.log('\nBy worker processes, all on one machine:\n');
console.log(
  table(
    ['workers', 'messages/s', 'replies to callbacks/s', ...PARTS.map((part) => `${part}, ms a thousand messages`)],
    [1, 2, 4, 8].map((workers) => {
      const cost = costOf('messages', workers);
      return [
        workers,
        count(figure(`${workers} workers: messages accepted, sent and written down`)),
        count(figure(`${workers} workers: replies to their callbacks`)),
        ...PARTS.map((part) => cost[part]),
      ];
    }),
  ),
);
