import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi, type TestAccount, type TestApi, freeNumbers } from '../fixtures/api.ts';

const campaign = { name: 'Samedi', route: 'premium', withReplies: true, purpose: 'transactional', text: 'Serez-vous là ?' };
const french = [{ to: '+33612000001' }, { to: '+33612000002' }];
const belgian = { to: '+32470123456' };
const send = (shop: TestAccount, fields: object) => shop.call('POST', '/campaigns', { ...campaign, ...fields });
const say = (api: TestApi, fields: object) =>
  api.asOperator('PUT', '/country-rules', { country: 'BE', route: 'premium', ...fields });
const SOURCE = 'https://example.com/belgium';

/** A carrier with a short code for Belgium too. */
async function withBelgium(api: TestApi) {
  const { premiumId } = await carriers(api);
  await api.asOperator('POST', '/numbers', { number: '8850', kind: 'short-code', carrier: premiumId, country: 'BE' });
  return premiumId;
}

test('forty countries or more are known, fifteen by a dated source; others give no answer', async () => {
  await using api = await startApi();
  const { items } = (await api.asOperator('GET', '/country-rules')).body;
  const premium = items.filter(({ route }: { route: string }) => route === 'premium');
  const answered = items.filter(({ canReply }: { canReply: string }) => canReply !== 'unknown');
  expect(premium.length).toBeGreaterThanOrEqual(40);
  expect(new Set(answered.map(({ country }: { country: string }) => country)).size).toBeGreaterThanOrEqual(15);
  for (const rule of answered)
    expect(rule).toMatchObject({ source: expect.stringMatching(/^https:\/\//), checkedAt: expect.any(String) });
});

test('a campaign says by country how many can reply and by what; the unconfirmed goes, told so', async () => {
  await using api = await startApi();
  await withBelgium(api);
  const shop = await anAccount(api);
  const made = await send(shop, { recipients: [...french, belgian] });
  expect(made).toMatchObject({
    status: 202,
    body: {
      countries: [
        { country: 'FR', recipients: 2, canReply: 2, answer: 'yes', codes: ['36200'] },
        { country: 'BE', recipients: 1, canReply: 1, answer: 'unknown', codes: ['8850'] },
      ],
      warnings: [{ code: 'country-unknown', detail: expect.stringContaining('BE (1)') }],
    },
  });
});

test('where nobody can reply a campaign is refused with numbers on offer, or says so and goes', async () => {
  await using api = await startApi();
  const premiumId = await withBelgium(api);
  expect((await say(api, { canReply: 'no', source: SOURCE, version: 1 })).status).toBe(200);
  const shop = await anAccount(api);
  const recipients = [...french, belgian];
  const refused = await send(shop, { recipients });
  expect(refused).toMatchObject({
    status: 422,
    body: {
      code: 'no-reply-code',
      detail: expect.stringContaining('No number'),
      errors: [{ problem: expect.stringMatching(/^1 in BE/) }],
    },
  });
  await api.asOperator('POST', '/numbers', { number: '+32460000001', kind: 'virtual', carrier: premiumId, country: 'BE' });
  expect((await send(shop, { recipients })).body.detail).toContain('On offer: +32460000001 (BE)');
  expect(await rows(api.db.pool, 'select 1 from messages')).toEqual([]);

  const allowed = await send(shop, { recipients, allowUnreachable: true, sender: 'Boutique' });
  expect(allowed).toMatchObject({
    status: 202,
    body: {
      countries: [
        { country: 'FR', canReply: 2 },
        { country: 'BE', recipients: 1, canReply: 0, answer: 'no', codes: [] },
      ],
      warnings: [
        { code: 'country-no-reply', detail: expect.stringContaining('BE (1)') },
        { code: 'sender-unregistered', detail: expect.stringContaining('Boutique') },
        { code: 'sender-overridden', detail: expect.stringContaining('Boutique') },
      ],
    },
  });
  expect(await rows(api.db.pool, `select sender, reply_code from messages where to_number like '+32%'`)).toEqual([
    { sender: 'Boutique', reply_code: null },
  ]);
  // The number rented there is the way out.
  await freeNumbers(api);
  await shop.call('POST', '/numbers/rent', { country: 'BE' });
  const rented = await send(shop, { recipients: [belgian], sender: '+32460000001' });
  expect(rented.body).toMatchObject({ countries: [{ country: 'BE', canReply: 1, codes: ['+32460000001'] }] });
});

test('lowcost asks for nothing and goes out, whatever is known of the country', async () => {
  await using api = await startApi();
  await carriers(api);
  await say(api, { route: 'lowcost', canReply: 'no', source: SOURCE, version: 1 });
  const shop = await anAccount(api, { twoWay: 'off' });
  const made = await send(shop, { route: 'lowcost', withReplies: false, recipients: [belgian] });
  expect(made).toMatchObject({ status: 202, body: { countries: [{ country: 'BE', canReply: 0, answer: 'no' }], warnings: [] } });
});

test('every edit of a rule is a version with who, when and what; of two at once one is refused', async () => {
  await using api = await startApi();
  const edits = await Promise.all([
    say(api, { canReply: 'yes', source: SOURCE, version: 1 }),
    say(api, { canReply: 'no', source: SOURCE, version: 1 }),
  ]);
  expect(edits.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const won = edits.find(({ status }) => status === 200)?.body;
  const { items } = (await api.asOperator('GET', '/country-rules/history?country=BE&route=premium')).body;
  expect(items).toEqual([won, expect.objectContaining({ version: 1, canReply: 'unknown', changedBy: 'first data' })]);
  expect(won.changedBy).toMatch(/^key /);
  const acts = await rows(api.db.pool, `select actor, detail from audit_log where action = 'country-rule.change'`);
  expect(acts).toMatchObject([
    { actor: won.changedBy, detail: { before: { canReply: 'unknown' }, after: { canReply: won.canReply, source: SOURCE } } },
  ]);
  expect((await say(api, { canReply: 'no', version: 2 })).body.errors).toMatchObject([{ field: 'source' }]);
  // A country that nobody had looked at begins at 0.
  expect((await say(api, { country: 'ZW', canReply: 'no', source: SOURCE, version: 0 })).body.version).toBe(1);
});
