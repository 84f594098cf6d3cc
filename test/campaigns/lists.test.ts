import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { Agent, fetch as fetchBy } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf, type Answer } from '../../dev/seed.ts';
import { phone, startApp, until, type App } from '../fixtures/app.ts';

/** One app for all of these: each has drafts of its own, and one alone writes to phones. */
let app: App;
beforeAll(async () => {
  app = await startApp({ ways: {} });
});
afterAll(() => app[Symbol.asyncDispose]());

type Sent = { type?: string; gzip?: boolean; query?: string };

async function upload(
  id: string,
  body: string | Buffer | ReadableStream,
  { type = 'text/csv', gzip = false, query = '' }: Sent = {},
) {
  // The server ends a connection whose body it refused in the middle: this one serves nothing else.
  const dispatcher = new Agent();
  const response = await fetchBy(`${app.url}/v1/campaigns/${id}/recipients${query}`, {
    dispatcher,
    method: 'POST',
    headers: {
      authorization: `Bearer ${app.key}`,
      'accept-language': 'en',
      'content-type': type,
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    },
    body: typeof body === 'string' || body instanceof ReadableStream ? body : new Uint8Array(body),
    ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
  });
  const answer: Answer = JSON.parse(await response.text());
  await dispatcher.destroy();
  return { status: response.status, answer };
}

const draft = async (fields: Answer = {}): Promise<string> =>
  textOf(
    await app.account.send('POST', '/v1/campaigns/drafts', {
      name: 'Rentrée',
      route: 'premium',
      withReplies: true,
      purpose: 'transactional',
      text: 'Bonjour {{prenom}}, à samedi ?',
      ...fields,
    }),
    'id',
  );

const imported = (id: string): Promise<Answer> =>
  until('the list is through', async () => {
    const list = await app.account.get(`/v1/campaigns/${id}/recipients`);
    return list['endedAt'] !== null && list;
  });

const launch = (id: string, body: Answer = {}) => app.account.send('POST', `/v1/campaigns/${id}/launch`, body);

test('a spreadsheet’s list becomes a campaign: good rows go, bad rows are listed with reasons', async () => {
  const id = await draft();
  const csv = [
    'téléphone;prenom;ville',
    `${phone(1)};Zoé;Lyon`,
    `06 12 00 00 02;"Dupont; Léa";Paris`,
    `${phone(1)};Zoé encore;Lyon`,
    '12;Max;Brest',
    `${phone(3)};;Nice`,
    '',
  ].join('\n');
  const { status, answer } = await upload(id, `\ufeff${csv}`, { query: '?to=téléphone' });
  expect([status, answer]).toEqual([202, expect.objectContaining({ state: 'importing', listed: 5 })]);
  expect(await imported(id)).toMatchObject({ state: 'ready', through: 5, accepted: 2, invalid: 2, duplicates: 1 });

  await expect(launch(id)).rejects.toThrow('invalid-rows');
  const faults = await (
    await fetch(`${app.url}/v1/campaigns/${id}/recipients/faults`, {
      headers: { authorization: `Bearer ${app.key}`, 'accept-language': 'en' },
    })
  ).text();
  expect(faults.trim().split('\r\n')).toEqual([
    'row,field,problem,remedy,téléphone,prenom,ville',
    expect.stringMatching(/^4,to,.*,12,Max,Brest$/),
    expect.stringMatching(/^5,prenom,is missing,/),
  ]);

  const inFrench = await (
    await fetch(`${app.url}/v1/campaigns/${id}/recipients/faults`, {
      headers: { authorization: `Bearer ${app.key}`, 'accept-language': 'fr-FR,fr;q=0.9' },
    })
  ).text();
  expect(inFrench.trim().split('\r\n')).toEqual([
    'ligne,champ,problème,remède,téléphone,prenom,ville',
    expect.stringMatching(/^4,numéro,n’est pas un numéro attribué,.*indicatif.*,12,Max,Brest$/),
    expect.stringMatching(/^5,prenom,manque,Donnez à ce destinataire une valeur pour \{\{prenom\}\},/),
  ]);

  await launch(id, { skipInvalid: true });
  await until('both phones have it', () => app.world.phones.received.length === 2);
  expect(app.world.phones.received.map((sms) => sms.text).toSorted()).toEqual([
    'Bonjour Dupont; Léa, à samedi ?',
    'Bonjour Zoé, à samedi ?',
  ]);
});

test('lines of JSON, compressed, in more than one page; a second list replaces the first', async () => {
  const id = await draft({ simulation: true });
  const lines = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      JSON.stringify({ to: phone(index), prenom: 'Zoé', reference: `n-${index}` }),
    ).join('\n');
  await upload(id, gzipSync(lines(10)), { type: 'application/x-ndjson', gzip: true });
  await imported(id);
  await upload(id, gzipSync(lines(2500)), { type: 'application/x-ndjson', gzip: true });
  expect(await imported(id)).toMatchObject({ state: 'ready', accepted: 2500, invalid: 0, duplicates: 0 });
  // Previewed in full as a job. Its own messages, which wait to be launched, take no reply code away from it.
  await app.account.send('POST', `/v1/campaigns/${id}/preview/full`);
  const preview = await until('it is previewed', async () => {
    const found = await app.account.get(`/v1/campaigns/${id}/preview/full`);
    return found['state'] === 'ready' && found;
  });
  expect(preview['result']).toMatchObject({
    accepted: true,
    warnings: [],
    recipients: { given: 2500, kept: 2500, duplicatesRemoved: 0 },
    samples: [{ mayBeAmbiguous: false }, {}, {}],
  });
  const campaign = await launch(id, { sendAt: new Date().toISOString(), holdSeconds: 2 });
  const heldUntil = Date.parse(textOf(campaign, 'sendAt'));
  expect(campaign).toMatchObject({ state: 'launched', total: 2500 });
  expect(await app.ended(campaign)).toMatchObject({ progress: { simulated: 2500 } });
  expect(heldUntil - Date.parse(textOf(campaign, 'launchedAt'))).toBeGreaterThanOrEqual(2000);
  const [early] = await app.rows('select id from messages where campaign_id = $1 and submitted_at < $2', [
    id,
    new Date(heldUntil),
  ]);
  expect(early).toBeUndefined();
});

test('a list that is kept, and contacts by tags, are recipients of one campaign after another', async () => {
  const { account } = app;
  const list = textOf(await account.send('POST', '/v1/lists', { name: 'Habitués' }), 'id');
  await expect(account.send('POST', '/v1/lists', { name: 'Habitués' })).rejects.toThrow('conflict');
  const fill = (csv: string) =>
    fetch(`${app.url}/v1/lists/${list}/rows?to=tel`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${app.key}`, 'content-type': 'text/csv' },
      body: csv,
    });
  const take = (id: string, from: Answer) => account.send('POST', `/v1/campaigns/${id}/recipients/from`, from);
  const accepted = async (from: Answer, fields: Answer = {}) => {
    const id = await draft({ simulation: true, ...fields });
    await take(id, from);
    return { id, list: await imported(id) };
  };
  await expect(accepted({ list })).rejects.toThrow('invalid-list');

  expect((await fill(`tel;prenom\n${phone(1)};Zoé\n${phone(2)};Max\n${phone(2)};Max\n12;Léa\n`)).status).toBe(200);
  const first = await accepted({ list });
  expect(first.list).toMatchObject({ state: 'ready', listed: 4, accepted: 2, duplicates: 1, invalid: 1 });
  // A list that can't be read leaves the one before; what a campaign took stays its own.
  expect((await fill('nom\nZoé\n')).status).toBe(422);
  expect(await account.get(`/v1/lists/${list}`)).toMatchObject({ name: 'Habitués', listed: 4, columns: ['tel', 'prenom'] });
  expect((await fill(`tel;prenom\n${phone(3)};Ana\n`)).status).toBe(200);
  expect((await accepted({ list })).list).toMatchObject({ listed: 1, accepted: 1 });
  expect(await account.get(`/v1/campaigns/${first.id}`)).toMatchObject({ total: 2 });

  await account.send('PUT', '/v1/contacts', { phone: phone(4), firstName: 'Noé', tags: ['pain'] });
  await account.send('PUT', '/v1/contacts', { phone: phone(5), firstName: 'Eva', tags: ['brioche'] });
  const text = 'Bonjour {{firstName}}';
  expect((await accepted({ contacts: { tags: ['pain'] } }, { text })).list).toMatchObject({ accepted: 1 });
  expect((await accepted({ contacts: {} }, { text })).list).toMatchObject({ accepted: 2 });

  await account.send('POST', '/v1/contacts/erase', { phone: phone(3) });
  await expect(accepted({ list })).rejects.toThrow('invalid-list');
  await account.send('DELETE', `/v1/lists/${list}`);
  await expect(account.get(`/v1/lists/${list}`)).rejects.toThrow('not-found');
});

test('a tag that the list has no column for fails the list, and leaves a draft to mend', async () => {
  const id = await draft({ text: 'Bonjour {{nom}} !' });
  await upload(id, `to,prenom\n${phone(1)},Zoé\n`);
  expect(await imported(id)).toMatchObject({
    state: 'failed',
    error: { field: 'text', problem: 'has {{nom}}, which is in no column of the list' },
  });
  expect(await app.account.get(`/v1/campaigns/${id}`)).toMatchObject({ state: 'draft', total: 0 });
});

const endless = (begin: string, chunk: string, chunks: number) =>
  Readable.toWeb(
    Readable.from(
      (function* () {
        yield Buffer.from(begin);
        for (let n = 0; n < chunks; n++) yield Buffer.from(chunk);
      })(),
    ),
  );

test.each<[string, () => string | Buffer | ReadableStream, Sent, RegExp]>([
  ['one line without end', () => endless('to;a\n', 'x'.repeat(1_000_000), 200), {}, /row of more than/],
  ['quotes never closed', () => endless('to;a\n"', 'x\n'.repeat(500_000), 200), {}, /row of more than/],
  ['100,000 columns', () => `${Array.from({ length: 100_000 }, (_, n) => `c${n}`).join(';')}\n`, {}, /row of more than|columns/],
  ['three hundred columns', () => `${Array.from({ length: 300 }, (_, n) => `c${n}`).join(';')}\n`, {}, /300 columns/],
  ['a name twice', () => 'to;a;a\n', {}, /twice/],
  ['a row that is longer than its header', () => `to;a\n${phone(1)};b;c\n`, {}, /another number of columns/],
  ['UTF-8 that breaks', () => Buffer.concat([Buffer.from('to\né\n'.repeat(50_000)), Buffer.from([0xe9, 0x0a])]), {}, /UTF-8/],
  ['no rows', () => 'to;a\n', {}, /no rows/],
  ['nothing', () => '', {}, /empty|no rows/],
  ['no column of phones', () => 'client;a\n06;b\n', {}, /no column \\"to\\"/],
  ['U+0000', () => `to;a\n${phone(1)};x\0y\n`, {}, /can not be stored/],
  ['gzip that is none', () => 'to;a\n', { gzip: true }, /gzip/],
  ['a line that is no JSON', () => '{"to":1}\nnope\n', { type: 'application/x-ndjson' }, /not JSON/],
  ['another type', () => 'to;a\n', { type: 'application/pdf' }, /neither CSV, nor a workbook/],
])('%s is refused by name, and the draft is as it was', async (_, body, sent, problem) => {
  const stored = async () => (await app.rows('select count(*) as count from list_rows'))[0]?.['count'];
  const before = await stored();
  const id = await draft();
  const { status, answer } = await upload(id, body(), sent);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(JSON.stringify(answer['errors'])).toMatch(problem);
  expect(await app.account.get(`/v1/campaigns/${id}`)).toMatchObject({ state: 'draft', total: 0 });
  expect(await stored()).toBe(before);
});

test('a list that is cancelled while its rows are looked at ends, and leaves no message', async () => {
  const id = await draft({ simulation: true });
  const lines = Array.from({ length: 20_000 }, (_, index) => `${phone(index)},Zoé`).join('\n');
  await upload(id, `to,prenom\n${lines}\n`);
  const cancelled = await app.account.send('POST', `/v1/campaigns/${id}/cancel`);
  expect(cancelled).toMatchObject({ state: 'cancelled' });
  expect(cancelled['endedAt']).not.toBeNull();
  await expect(app.account.send('POST', `/v1/campaigns/${id}/cancel`)).rejects.toThrow('conflict');
  expect(await app.account.get(`/v1/campaigns/${id}`)).toMatchObject({ endedAt: cancelled['endedAt'] });
  expect(await imported(id)).toMatchObject({ state: 'cancelled' });
  expect(await app.rows('select 1 from messages where campaign_id = $1 limit 1', [id])).toEqual([]);
});
