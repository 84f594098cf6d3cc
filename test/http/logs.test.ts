import { Writable } from 'node:stream';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { openMinuteSummary } from '../../activities/minute-summary.ts';
import { createProductMetrics } from '../../activities/product-metrics.ts';
import { describeError } from '../../api/http/log.ts';
import { openLog } from '../../process-log.ts';
import manifest from '../../package.json' with { type: 'json' };
import { phone, startApp, until } from '../fixtures/app.ts';

function kept() {
  const lines: Record<string, unknown>[] = [];
  const to = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()));
      done();
    },
  });
  return { lines, log: openLog({ LOG_LEVEL: 'info', ROLE: 'worker' }, to) };
}

test('each line names the host, the process and the version, and an error loses its numbers', () => {
  const { lines, log } = kept();
  log.warn({ err: new Error('refused +33612345678 and "Bonjour"') }, 'no');
  expect(lines).toMatchObject([
    { role: 'worker', host: expect.stringMatching(/./), pid: process.pid, version: manifest.version, msg: 'no' },
  ]);
  expect(lines[0]).toMatchObject({ err: { message: 'refused … and …' } });
  expect(JSON.stringify(lines)).not.toMatch(/33612345678|Bonjour/);
});

test.each([
  ['connect ECONNREFUSED 127.0.0.1:54329', 'connect ECONNREFUSED …:54329'],
  ['connect ECONNREFUSED db.internal:54329', 'connect ECONNREFUSED db.internal:54329'],
  ['no answer within 120000 ms', 'no answer within 120000 ms'],
  ['the body was read up to 65536 bytes', 'the body was read up to 65536 bytes'],
  ['25000 rows were refused', '25000 rows were refused'],
  ['+33612345678 has 3 rows', '… has 3 rows'],
  ['06 12 34 56 78 ms', '… ms'],
  ['33612345678 rows', '… rows'],
  ['sent to 38015: no route', 'sent to …: no route'],
  ['to:38015', 'to:…'],
])('of "%s" a log keeps "%s"', (said, told) => {
  expect(describeError(new Error(said))).toMatchObject({ message: told });
});

test('a minute is summed up by what changed in it, and one without anything says nothing', async () => {
  const { lines, log } = kept();
  const registry = new Registry();
  const counts = createProductMetrics(registry);
  await using summary = openMinuteSummary(registry, log, 20);
  counts.submitted('ours', 'premium', 'accepted');
  counts.submitted('theirs', 'premium', 'accepted');
  counts.submitted('theirs', 'premium', 'rejected');
  counts.received(5);
  await until('the first minute is told', () => lines.length === 1);
  counts.attempt('ok', 12);
  await until('the second is told', () => lines.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  counts.received(1);
  await summary[Symbol.asyncDispose]();
  expect(lines.map(({ messages, repliesReceived, callbacks }) => ({ messages, repliesReceived, callbacks }))).toEqual([
    { messages: { accepted: 2, rejected: 1 }, repliesReceived: 5 },
    { callbacks: { ok: 1 } },
    { repliesReceived: 1 },
  ]);
});

test('a process tells of its worker, its lines, a line that is lost, and what it did', async () => {
  await using app = await startApp();
  await app.ended(await app.campaign([{ to: phone(1) }]));
  app.world.smsc.cut();
  await until('the line is lost', () => app.log.text().includes('Lost the carrier'));
  await app.restart();
  const told = app.log
    .text()
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line));
  const saying = (msg: string) => told.find((line) => line['msg'] === msg);
  expect(saying('a worker has started')).toMatchObject({ carriers: ['*'], worker: expect.stringContaining(String(process.pid)) });
  expect(saying('Bound to the carrier')).toMatchObject({ carrier: expect.any(String), slot: 0 });
  expect(saying('Lost the carrier')).toMatchObject({ carrier: expect.any(String), slot: 0, retryInMs: expect.any(Number) });
  expect(saying('in the last minute')).toMatchObject({ messages: { accepted: 1 }, requests: { 202: 1 } });
});
