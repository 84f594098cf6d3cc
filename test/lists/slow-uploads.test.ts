import { expect, test } from 'vitest';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { until } from '../fixtures/app.ts';

test('uploads that do not end leave connections to other accounts, and further ones are refused', async () => {
  await using api = await startApi({}, { connections: 6 });
  await carriers(api);
  const [slow, other] = [await anAccount(api), await anAccount(api)];
  const ends: (() => void)[] = [];
  const statuses: number[] = [];
  const begun: Promise<unknown>[] = [];
  for (let n = 0; n < 8; n++) {
    const draft = { name: `Liste ${n}`, route: 'premium', text: 'Bonjour', withReplies: true };
    const made = await slow.call('POST', '/campaigns/drafts', draft);
    expect(made.status).toBe(201);
    const { id } = made.body;
    const body = new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('to\r\n+33612345678\r\n'));
        ends.push(() => stream.close());
      },
    });
    const headers = { authorization: `Bearer ${slow.key}`, 'content-type': 'text/csv' };
    const sent: RequestInit = { method: 'POST', headers, body, duplex: 'half' };
    begun.push(
      Promise.resolve(api.app.request(`/v1/campaigns/${String(id)}/recipients`, sent)).then(({ status }) =>
        statuses.push(status),
      ),
    );
  }
  await until('further ones are refused', () => statuses.length >= 5);
  expect(statuses).toEqual([429, 429, 429, 429, 429]);
  expect((await other.call('GET', '/campaigns')).status).toBe(200);
  for (const end of ends) end();
  await Promise.all(begun);
  expect(statuses.filter((status) => status === 202).length).toBe(8 - statuses.filter((status) => status === 429).length);
}, 60_000);
