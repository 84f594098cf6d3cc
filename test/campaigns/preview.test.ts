import fc from 'fast-check';
import { expect, test } from 'vitest';
import { previewPage } from '../../activities/campaigns/preview-list.ts';
import { planListPreview } from '../../planning/plan-list-preview.ts';
import { rows, transaction } from '../../database/sql.ts';
import { itemsOf, textOf, type Answer } from '../../dev/seed.ts';
import { anAccount, carriers, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { draftReady } from '../fixtures/states/campaigns.ts';

const premium = { name: 'Samedi', route: 'premium', withReplies: true };
const ALERT = { purpose: 'transactional' };
const preview = async (shop: TestAccount, fields: object) => {
  const answer = await shop.call('POST', '/campaigns/preview', { ...premium, ...fields });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
};
const stored = (api: TestApi, id: string) =>
  rows<{ to: string; sender: string; replyCode: string | null; text: string; segments: number }>(
    api.db.pool,
    `select to_number as "to", sender, reply_code as "replyCode", text, segments from messages where campaign_id = $1 order by row`,
    [id],
  );
async function withPrices(api: TestApi) {
  const validFrom = '2020-01-01T00:00:00Z';
  for (const [country, amount] of [
    ['FR', '0.05'],
    ['*', '0.07'],
  ])
    await api.asOperator('POST', '/prices', { kind: 'segment', country, route: 'premium', amount, validFrom });
}

test('a preview says what is dear: which characters, segments by class, what plain ones save', async () => {
  await using api = await startApi();
  await carriers(api);
  await withPrices(api);
  const shop = await anAccount(api);
  const text = `${'a'.repeat(60)} fête d’été {{name}}`;
  const recipients = [
    { to: '+33612000001', name: 'Léa' },
    { to: '06 12 00 00 01', name: 'again' },
    { to: '+33612000002', name: 'Zoë' },
  ];
  await shop.call('POST', '/opt-outs/import', { entries: ['+33612000002'] });
  const shown = await preview(shop, { text, recipients, ...ALERT });
  expect(shown).toMatchObject({
    accepted: true,
    refusals: [],
    recipients: { given: 3, kept: 2, duplicatesRemoved: 1, optedOut: 1 },
    sender: { given: null, became: '36200' },
    answerBy: 'reply',
    segments: { total: 4, classes: [{ country: 'FR', encoding: 'ucs2', recipients: 2, min: 2, avg: 2, max: 2, total: 4 }] },
    forcing: [
      { character: 'ê', inText: true, messages: 2 },
      { character: '’', inText: true, messages: 2 },
      { character: 'ë', inText: false, messages: 1 },
    ],
    optimised: {
      text: `${'a'.repeat(60)} fete d'été {{name}}`,
      changes: [
        { from: 'ê', to: 'e', count: 1 },
        { from: '’', to: "'", count: 1 },
      ],
      segments: 2,
      saved: 2,
    },
    samples: [{ to: '+33612000001', sender: '36200', answer: expect.stringContaining('36200'), mayBeAmbiguous: false }, {}],
    countries: [{ country: 'FR', recipients: 2, canReply: 2 }],
    cost: { amount: '0.20', currency: 'EUR' },
  });
  expect(await rows(api.db.pool, 'select 1 from campaigns')).toEqual([]);
  // What it promised to save is what is saved.
  const plain = await preview(shop, { text, recipients, ...ALERT, optimise: true });
  expect(plain).toMatchObject({ segments: { total: 2 }, cost: { amount: '0.10' }, optimised: null, forcing: [] });
  const made = await shop.call('POST', '/campaigns', { ...premium, text, recipients, ...ALERT, optimise: true });
  expect(made.body).toMatchObject({ segments: 2, cost: { amount: '0.10', currency: 'EUR' }, optimise: true });
});

test('every refusal is shown with its remedy, and what can be told all the same is told', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const shown = await preview(shop, {
    text: 'Bonjour',
    recipients: [{ to: '+33612000001' }, { to: 'nobody' }, { to: '+32470123456' }],
  });
  expect(shown).toMatchObject({ accepted: false, recipients: { given: 3, kept: 1 }, segments: { total: 1 } });
  expect(shown.refusals).toMatchObject([
    { code: 'invalid-rows', errors: [{ row: 2, field: 'to', remedy: expect.any(String) }] },
    { code: 'no-reply-code', errors: [{ field: 'recipients', remedy: expect.any(String) }] },
  ]);
  const off = await anAccount(api, { twoWay: 'off' });
  expect(await preview(off, { text: 'Bonjour', recipients: [{ to: '+33612000001' }] })).toMatchObject({
    accepted: false,
    refusals: [{ code: 'two-way-off' }],
    samples: [],
  });
});

test('the hour is said: whom it would wake, who waits until when; alerts have no hours', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  // Three in the morning of a Wednesday in Paris, within a year.
  const night = new Date(Date.now() + 7 * 86_400_000);
  night.setUTCDate(night.getUTCDate() + ((3 - night.getUTCDay() + 7) % 7));
  night.setUTCHours(1, 30, 0, 0);
  const fields = { text: 'Bonjour', recipients: [{ to: '+33612000001' }], sendAt: night.toISOString() };
  const warned = await preview(shop, fields);
  expect(warned).toMatchObject({ quietHours: { policy: 'warn', held: 0 }, warnings: [{ code: 'quiet-hours' }] });
  // At eight by the clocks of Paris, whether it is summer or winter there.
  const { clearAt } = warned.quietHours;
  expect(new Date(clearAt).toLocaleTimeString('fr', { timeZone: 'Europe/Paris' })).toBe('08:00:00');
  expect((await preview(shop, { ...fields, sendAt: clearAt })).quietHours.clearAt).toBeNull();
  expect(warned.quietHours.notes).toContainEqual({ kind: 'night', name: 'Europe/Paris', recipients: 1 });
  const made = await shop.call('POST', '/campaigns', { ...premium, ...fields });
  expect(made.body.warnings.map(({ code }: { code: string }) => code)).toContain('quiet-hours');
  await shop.call('PATCH', '/policies', { quietHours: 'hold' });
  const held = await preview(shop, fields);
  expect(held.quietHours).toMatchObject({ policy: 'hold', held: 1 });
  expect(new Date(held.quietHours.until).getTime()).toBeGreaterThan(night.getTime());
  expect((await preview(shop, { ...fields, ...ALERT })).quietHours).toMatchObject({ held: 0, notes: [] });
});

test('an uploaded list is previewed from its first rows, with all totals once they are known', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const draft = (await shop.call('POST', '/campaigns/drafts', { ...premium, text: 'Bonjour {{name}}' })).body.id;
  expect((await shop.call('POST', `/campaigns/${draft}/preview`)).status).toBe(409);
  const raw = 'to,name\n+33612000001,Léa\n+33612000002,Zoé\n';
  await api.call('POST', `/v1/campaigns/${draft}/recipients`, { key: shop.key, raw, headers: { 'content-type': 'text/csv' } });
  const shown = await shop.call('POST', `/campaigns/${draft}/preview`);
  expect(shown).toMatchObject({ status: 200, body: { accepted: true, sampled: 2, list: null, segments: { total: 2 } } });
  expect(shown.body.samples.map(({ text }: { text: string }) => text)).toEqual([
    'Bonjour Léa STOP au 36200',
    'Bonjour Zoé STOP au 36200',
  ]);
});

test('whatever is asked for, the preview is what is accepted: sender, code, text and cost', async () => {
  await using api = await startApi();
  await carriers(api, { codes: ['36200', '36201', '36202'] });
  await withPrices(api);
  const shop = await anAccount(api);
  const word = fc.string({ unit: fc.constantFrom('a', 'é', 'ê', '€', '’', 'X', ' ', '\n', '😀'), minLength: 1, maxLength: 90 });
  const request = fc.record({
    text: word.map((text) => `Bonjour {{name}} ${text}`),
    names: fc.array(word, { minLength: 1, maxLength: 3 }),
    route: fc.constantFrom('premium', 'lowcost'),
    withReplies: fc.boolean(),
    optimise: fc.boolean(),
    sender: fc.constantFrom('Boutique', '12345'),
    purpose: fc.constantFrom('transactional', 'marketing'),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ names, ...fields }) => {
      const recipients = names.map((name, index) => ({ to: `+3361200000${index}`, name }));
      const body = { ...premium, ...fields, recipients };
      const shown = await preview(shop, body);
      const made = await shop.call('POST', '/campaigns', body);
      const accepted = made.status === 202;
      const [refusal = { code: undefined }] = shown.refusals;
      expect([accepted, accepted ? undefined : made.body.code]).toEqual([shown.accepted, refusal.code]);
      const messages = accepted ? await stored(api, made.body.id) : [];
      const samples = accepted ? shown.samples : [];
      expect(samples).toHaveLength(messages.length);
      for (const { to, sender, replyCode, text, segments } of samples)
        expect(messages).toContainEqual({ to, sender, replyCode, text, segments });
      const promised = accepted ? [shown.segments.total, shown.cost] : [undefined, undefined];
      expect([made.body.segments, made.body.cost]).toEqual(promised);
    }),
    { numRuns: 60, seed: 20261124 },
  );
});

test('what the preview showed is what phones get: from whom, word for word, and in as many parts', async () => {
  await using app = await startApp({ ways: {} });
  const cases: Answer[] = [
    { text: 'Bonjour {{name}}, serez-vous là ? Répondez OUI.' },
    { text: `Fête d’été, {{name}} ! ${'Venez nombreux. '.repeat(6)}` },
    { text: `Fête d’été, {{name}} ! ${'Venez nombreux. '.repeat(6)}`, optimise: true },
    { route: 'lowcost', withReplies: false, text: 'Bonjour {{name}}' },
    { withReplies: false, sender: 'Boutique', text: 'Écrivez au XXXXX, {{name}}' },
    { withReplies: false, sender: 'Boutique', text: 'Soldes, {{name}}', purpose: 'marketing' },
  ];
  let seen = 0;
  for (const [index, fields] of cases.entries()) {
    const recipients = ['Léa', 'Zoé', 'Œdipe'].map((name, place) => ({ to: phone(index * 10 + place), name }));
    const body = { name: 'Samedi', route: 'premium', withReplies: true, ...ALERT, ...fields, recipients };
    const shown = await app.account.send('POST', '/v1/campaigns/preview', body);
    const made = await app.campaign(recipients, { ...ALERT, ...fields });
    await app.ended(made);
    await until('the phones have it', () => app.world.phones.received.length >= seen + 3);
    const got = app.world.phones.received.slice(seen);
    seen += 3;
    const samples = itemsOf({ items: shown['samples'] });
    expect(samples).toHaveLength(3);
    for (const sample of samples) {
      const sms = got.find(({ to }) => to === sample['to']);
      expect({ from: sms?.from, text: sms?.text }).toEqual({ from: textOf(sample, 'sender'), text: textOf(sample, 'text') });
    }
  }
});

const uploaded = async (api: TestApi, shop: TestAccount, fields: object, recipients: object[]): Promise<string> => {
  const { id } = (await shop.call('POST', '/campaigns/drafts', { ...premium, ...fields })).body;
  const raw = recipients.map((each) => JSON.stringify(each)).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  await api.call('POST', `/v1/campaigns/${id}/recipients`, { key: shop.key, raw, headers });
  return id;
};
/** Does what the run of a preview does, page by page. */
async function previewed(api: TestApi, campaignId: string, previewId: string): Promise<void> {
  const [list] = await rows<{ columns: string[] }>(
    api.db.pool,
    'select columns from list_imports where campaign_id = $1 order by id desc limit 1',
    [campaignId],
  );
  const plan = await planListPreview(api.services, campaignId, list?.columns ?? []);
  if (!plan) throw new Error('There is no such campaign');
  while (!(await transaction(api.db.pool, (client) => previewPage(client, previewId, plan))));
}

test('the preview of a whole list says by pages what one at once says, and stores no recipient', async () => {
  await using api = await startApi();
  await carriers(api);
  await withPrices(api);
  const shop = await anAccount(api);
  await shop.call('POST', '/opt-outs/import', { entries: [phone(7), phone(2100)] });
  // Pages with a bad row each, numbers that stand on two pages, a long text on the last, people elsewhere who can't reply.
  const recipients = Array.from({ length: 2300 }, (_, index) => ({
    to: index % 900 === 5 ? 'nobody' : index % 1000 === 8 ? '+32470123456' : phone(index % 2150),
    name: index === 2140 ? 'Zoë '.repeat(40) : index % 500 === 3 ? 'Zoë' : 'Léa',
  }));
  // At a moment of its own: the quiet hours of now may begin between one preview and the other.
  const fields = { text: 'Bonjour {{name}}, à samedi ?', sendAt: new Date(Date.now() + 3_600_000).toISOString() };
  const id = await uploaded(api, shop, fields, recipients);
  const begun = await shop.call('POST', `/campaigns/${id}/preview/full`);
  expect(begun).toMatchObject({ status: 202, body: { state: 'running', listed: 2300, through: 0, stale: false, result: null } });
  expect((await shop.call('POST', `/campaigns/${id}/preview/full`)).body.id).toBe(begun.body.id);
  expect(api.asked).toContainEqual({ what: 'previewList', ids: [begun.body.id] });
  await previewed(api, id, begun.body.id);
  const { body } = await shop.call('GET', `/campaigns/${id}/preview/full`);
  expect(body).toMatchObject({ id: begun.body.id, state: 'ready', through: 2300, endedAt: expect.any(String) });
  const atOnce = await preview(shop, { ...fields, recipients });
  expect(body.result).toEqual(atOnce);
  expect(atOnce).toMatchObject({ accepted: false, recipients: { given: 2300, optedOut: 2 }, samples: [{}, {}, {}] });
  expect([atOnce.recipients.duplicatesRemoved > 140, atOnce.segments.classes.length > 1]).toEqual([true, true]);

  // Each page fits into what may be spent; the list does not.
  await shop.call('PATCH', '/spend-limits', { day: (Number(atOnce.cost.amount) * 0.9).toFixed(2) });
  const dear = await preview(shop, { ...fields, recipients });
  expect(dear.warnings.map(({ code }: { code: string }) => code)).toContain('spend-limit');
  expect((await shop.call('GET', `/campaigns/${id}/preview/full`)).body.result).toEqual(dear);

  expect(await rows(api.db.pool, 'select 1 from messages')).toEqual([]);
  expect(await rows(api.db.pool, 'select 1 from list_preview_phones')).toEqual([]);
  const [kept] = await rows<{ text: string }>(api.db.pool, 'select p::text as text from list_previews p');
  expect(kept?.text).not.toMatch(/3361200|Bonjour/);
  expect((await shop.call('POST', `/campaigns/${id}/preview/full`)).body.id).not.toBe(begun.body.id);
  expect(await rows(api.db.pool, 'select 1 from list_previews')).toHaveLength(1);
});

test('a preview of a list replaced meanwhile is cancelled; one that does not fit says why', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const id = await uploaded(api, shop, { text: 'Bonjour' }, [{ to: phone(1) }, { to: phone(2) }]);
  const path = `/campaigns/${id}/preview/full`;
  expect((await shop.call('GET', path)).status).toBe(404);
  const first = (await shop.call('POST', path)).body.id;
  await draftReady(api.db, id, 2);
  const headers = { 'content-type': 'text/csv' };
  await api.call('POST', `/v1/campaigns/${id}/recipients`, { key: shop.key, raw: `to\n${phone(3)}\n`, headers });
  await previewed(api, id, first);
  expect((await shop.call('GET', path)).body).toMatchObject({ id: first, state: 'cancelled', stale: true, result: null });
  const second = (await shop.call('POST', path)).body;
  await previewed(api, id, second.id);
  expect((await shop.call('GET', path)).body).toMatchObject({
    state: 'ready',
    stale: false,
    result: { recipients: { kept: 1 } },
  });

  const unfit = await uploaded(api, shop, { text: 'Bonjour {{nom}}' }, [{ to: phone(1) }]);
  await previewed(api, unfit, (await shop.call('POST', `/campaigns/${unfit}/preview/full`)).body.id);
  expect((await shop.call('GET', `/campaigns/${unfit}/preview/full`)).body.result).toMatchObject({
    accepted: false,
    refusals: [{ code: 'invalid-request', errors: [{ field: 'text' }] }],
    recipients: { given: 1, kept: 0 },
  });
  const none = (await shop.call('POST', '/campaigns/drafts', { ...premium, text: 'x' })).body.id;
  expect((await shop.call('POST', `/campaigns/${none}/preview/full`)).status).toBe(409);
});
