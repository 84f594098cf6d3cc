import { request } from 'node:http';
import { expect, test } from 'vitest';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';

const ROWS = 99_999;
/** How long this thread computes at most before others get their turn: in its own time, whatever else the machine does. */
const LONGEST_HELD_MS = 500;
/** Numbers that take the library longest: of no plan, so that it tries every way to read them. */
const strange = Array.from({ length: ROWS }, (_, n) => `+4915${String(n).padStart(9, '0')}`);

type Lists = [name: string, path: string, body: object];
const LISTS: Lists[] = [
  ['opt-outs as a list', '/opt-outs/import', { entries: strange }],
  ['opt-outs as CSV', '/opt-outs/import', { csv: strange.join('\n') }],
  ['contacts', '/contacts/import', { csv: `phone\n${strange.join('\n')}` }],
  [
    'a campaign',
    '/campaigns',
    { name: 'n', route: 'premium', sender: 'Boutique', text: 'x', recipients: strange.map((to) => ({ to })) },
  ],
];

test.each(LISTS)('99,999 rows of %s hold no request of another account', async (_, path, body) => {
  await using api = await startApi();
  await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  await other.call('GET', '/account');
  let [longest, asked, done] = [0, 0, false];
  let last = process.threadCpuUsage().user;
  const tick = (): void => {
    const now = process.threadCpuUsage().user;
    longest = Math.max(longest, (now - last) / 1000);
    last = now;
    if (!done) setImmediate(tick);
  };
  setImmediate(tick);
  const long = shop.call('POST', path, body).finally(() => {
    done = true;
  });
  while (!done) {
    expect((await other.call('GET', '/account')).status).toBe(200);
    asked++;
  }
  const { status } = await long;
  expect([200, 202, 422]).toContain(status);
  expect(longest).toBeLessThan(LONGEST_HELD_MS);
  expect(asked).toBeGreaterThan(3);
});

test('60 MB of recipients of one digit each are refused in less than 100 MB of memory', async () => {
  await using api = await startApi();
  await using server = await listening(api.app.fetch);
  const shop = await anAccount(api);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sending = request(
      `${server.url}/v1/campaigns`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${shop.key}`, 'content-type': 'application/json', 'content-length': 60_000_000 },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sending.on('error', reject);
    const piece = Buffer.from('1,'.repeat(32_768));
    let left = 60_000_000;
    const write = () => {
      while (left > 0) {
        left -= piece.length;
        if (!sending.write(left > 0 ? piece : piece.subarray(0, piece.length + left))) {
          sending.once('drain', write);
          return;
        }
      }
    };
    sending.write('{"recipients":[');
    left -= 15;
    write();
  });
  clearInterval(watch);
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'body-too-large', errors: [{ code: 'too-many-values' }] });
  expect((peak - before) / 1_048_576).toBeLessThan(100);
});
