import { expect, test } from 'vitest';
import { countSegments } from '../../domain/sms/segments.ts';
import { createClient, itemsOf, textOf, type Answer, type ApiClient } from '../../dev/seed.ts';
import { phone, SHORT_CODES, startApp, until, type App } from '../fixtures/app.ts';

const brand = { route: 'premium', sender: 'Boutique', allowUnreachable: true };
/** The mention, and one that takes a text of one segment to two. */
const LONG = 'a'.repeat(150);
const TEXT = 'Soldes, {{prenom}} !';

const received = (app: App, to: string) => until(`${to} has it`, () => app.world.phones.received.find((sms) => sms.to === to));
const codeIn = (text: string): string => /STOP au (\d{5})$/.exec(text)?.[1] ?? 'no code';

/** Writes STOP to the number that the message names, for nobody can reply to its sender. */
async function stop(app: App, account: ApiClient, to: string): Promise<void> {
  const { text, from } = await received(app, to);
  expect(from).toBe('Boutique');
  expect(SHORT_CODES).toContain(codeIn(text));
  await app.world.phones.write(to, codeIn(text), 'STOP');
  await until('the STOP is obeyed', async () => {
    const items = itemsOf(await account.get('/v1/opt-outs'));
    return items.find((each) => each['phone'] === to);
  });
}

test('an uploaded list’s messages carry the STOP mention as previewed; a STOP to it is obeyed', async () => {
  await using app = await startApp({ ways: {} });
  const { account } = app;
  const id = textOf(await account.send('POST', '/v1/campaigns/drafts', { name: 'Soldes', text: TEXT, ...brand }), 'id');
  const rows = [`${phone(1)};Zoé`, `${phone(2)};${LONG}`, '+32470123456;Ana'];
  const sent = await fetch(`${app.url}/v1/campaigns/${id}/recipients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'text/csv' },
    body: `to;prenom\n${rows.join('\n')}\n`,
  });
  expect(sent.status).toBe(202);
  await until('the list is through', async () => (await account.get(`/v1/campaigns/${id}/recipients`))['endedAt']);
  const stored = await app.rows<{ text: string; code: string | null; segments: number }>(
    'select text, reply_code as code, segments from messages where campaign_id = $1 order by row',
    [id],
  );
  expect(stored.map(({ text }) => text.replace(/\d{5}$/, 'N'))).toEqual([
    'Soldes, Zoé ! STOP au N',
    `Soldes, ${LONG} ! STOP au N`,
    'Soldes, Ana !',
  ]);
  expect(stored.map(({ segments }) => segments)).toEqual([1, 2, 1]);
  for (const { text, code, segments } of stored) {
    expect(segments).toBe(countSegments(text).segments);
    expect(code ?? 'no code').toBe(codeIn(text));
  }
  await account.send('POST', `/v1/campaigns/${id}/preview/full`);
  const preview = await until('it is previewed', async () => {
    const found = await account.get(`/v1/campaigns/${id}/preview/full`);
    return found['state'] === 'ready' && Object(found['result']);
  });
  expect(preview).toMatchObject({ stopMention: { added: 2, missing: 0 }, segments: { total: 4 } });
  expect(await account.send('POST', `/v1/campaigns/${id}/launch`)).toMatchObject({ segments: 4 });
  await stop(app, account, phone(1));
});

test('a STOP to the number of a V0 account’s branded message keeps it out of the next campaign', async () => {
  await using app = await startApp({ ways: {} });
  const basis = { name: 'V0', createdAt: '2019-05-01T00:00:00Z', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const id = textOf(await app.operator.send('POST', '/v1/operator/accounts', basis), 'id');
  await app.operator.send('PUT', `/v1/operator/accounts/${id}/two-way`, { state: 'on', reason: 'a test' });
  const key = textOf(await app.operator.send('POST', `/v1/operator/accounts/${id}/keys`, { name: 'test' }), 'key');
  const v0 = createClient(app.url, key);
  const launch = (text: string, to: string[]): Promise<Answer> =>
    v0.send('POST', '/v1/campaigns', { name: 'Soldes', text, ...brand, recipients: to.map((each) => ({ to: each })) });
  await launch('Soldes. OUI au XXXXX, STOP au XXXXX', [phone(1)]);
  await stop(app, v0, phone(1));
  const next = await launch('Encore. OUI au XXXXX', [phone(1), phone(2)]);
  const { text } = await received(app, phone(2));
  expect(text).toMatch(/^Encore\. OUI au (\d{5}) STOP au \1$/);
  const ended = await until('it has ended', async () => {
    const now = await v0.get(`/v1/campaigns/${textOf(next, 'id')}`);
    return now['endedAt'] !== null && now;
  });
  expect(ended).toMatchObject({ progress: { skipped: 1 } });
  // Beside the confirmation of its STOP.
  expect(app.world.phones.received.filter(({ to, from }) => to === phone(1) && from === 'Boutique')).toHaveLength(1);
});
