import { expect, test } from 'vitest';
import { createClient, textOf, type Answer, type ApiClient } from '../../dev/seed.ts';
import { phone, SHORT_CODES, SIMS, startApp, until, type App } from '../fixtures/app.ts';

const RENTED = { v0: '+33700000010', v2: '+33700000020' };
/** What the operator puts in the place of 12345. */
const THEIRS = '38999';

const shortCode = expect.toBeOneOf(SHORT_CODES);
const sim = expect.toBeOneOf(SIMS.map(({ number }) => number));
const brand = { sender: 'Boutique' };
const SOLDES = 'Soldes samedi. Viendrez-vous ?';

type Row = {
  what: string;
  platform: 'v0' | 'v2';
  /** What the customer sends. */
  campaign: Answer;
  /** Whom the phone shows, and what the campaign says of its sender. */
  from: unknown;
  became?: unknown;
  /** `reply`: presses reply. `write`: writes a new SMS to the number in the text, for reply reaches nobody. */
  by: 'reply' | 'write';
  text?: RegExp;
};

const lowcost = { campaign: { route: 'lowcost' }, from: sim, by: 'reply' } as const;
const written = { from: 'Boutique', became: 'Boutique', by: 'write' } as const;

/** How a campaign gets its reply code. */
const table: Row[] = [
  { what: 'lowcost', platform: 'v0', ...lowcost },
  {
    what: 'premium, short code: 12345 on the campaign, withReplies',
    platform: 'v0',
    campaign: { route: 'premium', sender: '12345', withReplies: true },
    from: shortCode,
    by: 'reply',
  },
  {
    what: 'premium, short code: 12345 as the account’s default sender, withReplies',
    platform: 'v0',
    campaign: { route: 'premium', withReplies: true },
    from: shortCode,
    by: 'reply',
  },
  {
    what: 'premium, branded: XXXXX once',
    platform: 'v0',
    campaign: { route: 'premium', ...brand, text: 'Soldes. Répondez au XXXXX' },
    text: /^Soldes\. Répondez au (\d{5})$/,
    ...written,
  },
  {
    what: 'premium, branded: XXXXX three times',
    platform: 'v0',
    campaign: { route: 'premium', ...brand, withReplies: true, text: 'OUI au XXXXX, NON au XXXXX. STOP au XXXXX' },
    text: /^OUI au (\d{5}), NON au \1\. STOP au \1$/,
    ...written,
  },
  { what: 'rented number', platform: 'v0', campaign: { route: 'premium', sender: RENTED.v0 }, from: RENTED.v0, by: 'reply' },
  { what: 'lowcost', platform: 'v2', ...lowcost },
  {
    what: 'premium: withReplies',
    platform: 'v2',
    campaign: { route: 'premium', withReplies: true },
    from: shortCode,
    by: 'reply',
  },
  {
    what: 'premium: withReplies, whatever sender was given',
    platform: 'v2',
    campaign: { route: 'premium', ...brand, withReplies: true },
    from: shortCode,
    by: 'reply',
  },
  {
    what: 'premium, branded: XXXXX',
    platform: 'v2',
    campaign: { route: 'premium', ...brand, text: 'Soldes. Répondez au XXXXX' },
    text: /^Soldes\. Répondez au (\d{5})$/,
    ...written,
  },
  {
    what: 'rented number',
    platform: 'v2',
    campaign: { route: 'premium', sender: RENTED.v2, withReplies: true },
    from: RENTED.v2,
    by: 'reply',
  },
];

/** An account of V0's, and what both rent. */
async function customers(app: App): Promise<Record<'v0' | 'v2', ApiClient>> {
  const basis = { country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const made = await app.operator.send('POST', '/v1/operator/accounts', {
    name: 'V0',
    createdAt: '2019-05-01T00:00:00Z',
    ...basis,
  });
  const id = textOf(made, 'id');
  expect(made).toMatchObject({ platform: 'v0' });
  await app.operator.send('PUT', `/v1/operator/accounts/${id}/two-way`, { state: 'on', reason: 'a test' });
  const key = textOf(await app.operator.send('POST', `/v1/operator/accounts/${id}/keys`, { name: 'test' }), 'key');
  for (const [number, account] of [
    [RENTED.v0, id],
    [RENTED.v2, app.accountId],
  ])
    await app.operator.send('POST', '/v1/operator/numbers', {
      number,
      kind: 'virtual',
      carrier: app.smppId,
      country: 'FR',
      account,
    });
  const v0 = createClient(app.url, key);
  await v0.send('PATCH', '/v1/account', { defaultSender: '12345' });
  return { v0, v2: app.account };
}

const launch = (account: ApiClient, to: string, fields: Answer): Promise<Answer> =>
  account.send('POST', '/v1/campaigns', {
    name: 'Soldes',
    purpose: 'transactional',
    text: SOLDES,
    recipients: [{ to }],
    ...fields,
  });

test('every way of the table, on the wire and back: what the phone shows, and how it is answered', async () => {
  await using app = await startApp({ ways: {}, numbers: Object.values(RENTED) });
  const accounts = await customers(app);
  const seen: unknown[] = [];
  for (const [index, { what, platform, campaign, text }] of table.entries()) {
    const account = accounts[platform];
    const launched = await launch(account, phone(index), campaign);
    const sms = await until(`the phone has ${what}`, () => app.world.phones.received.find(({ to }) => to === phone(index)));
    const code = text === undefined ? sms.from : (text.exec(sms.text)?.[1] ?? 'no code');
    // A phone refuses to reply to a name.
    const pressed = await app.world.phones.reply(phone(index), `OUI ${index}`).then(
      () => 'reply',
      () => 'write',
    );
    if (pressed === 'write') await app.world.phones.write(phone(index), code, `OUI ${index}`);
    if (campaign['route'] === 'lowcost') {
      const now = new Date(Date.now() + 7 * 3_600_000).toISOString();
      await app.operator.send('POST', `/v1/operator/carriers/${app.dinstarId}/sync`, { now });
    }
    const reply = await until(`the answer to ${what} is shown`, async () => {
      const { items } = await account.get('/v1/replies');
      return Array.isArray(items) && items.find((each: Answer) => each['text'] === `OUI ${index}`);
    });
    seen.push({
      what,
      platform,
      from: sms.from,
      sender: launched['sender'],
      by: pressed,
      read: text === undefined ? sms.text === SOLDES : code !== 'no code',
      mine: reply['campaignId'] === launched['id'],
      to: reply['to'] === code,
      confidence: Object(reply['attribution'])['confidence'],
    });
  }
  expect(seen).toEqual(
    table.map(({ what, platform, campaign, from, became, by }) => ({
      what,
      platform,
      from,
      sender: { given: campaign['sender'] ?? null, became: became ?? from },
      by,
      read: true,
      mine: true,
      to: true,
      confidence: 'exact',
    })),
  );
}, 180_000);

const operator = { ways: {}, smpp: { shortCode: 'operator' }, numbers: [THEIRS], theirs: THEIRS } as const;
const codesOf = (app: App) =>
  app.rows<{ sender: string; reply_code: string }>('select sender, reply_code from messages order by id');

test('where the operator replaces 12345 it goes as it is; the first reply says what it became', async () => {
  await using app = await startApp({ ...operator, receipts: 'off' });
  const accounts = await customers(app);
  for (const [index, account] of [accounts.v0, accounts.v2].entries()) {
    const launched = await launch(account, phone(index), {
      route: 'premium',
      withReplies: true,
      sender: index === 0 ? '12345' : 'Boutique',
    });
    expect(launched).toMatchObject({ sender: { became: '12345' } });
    const sms = await until('the phone has it', () => app.world.phones.received.find(({ to }) => to === phone(index)));
    expect(sms).toMatchObject({ from: THEIRS, text: SOLDES });
    expect(app.world.smsc.submitted.at(-1)).toMatchObject({ from: '12345' });
    await app.world.phones.reply(phone(index), 'OUI');
    const reply = await until('the answer is shown', async () => {
      const { items } = await account.get('/v1/replies');
      return Array.isArray(items) && items[0];
    });
    expect(reply).toMatchObject({ campaignId: launched['id'], to: THEIRS });
  }
  expect(await codesOf(app)).toEqual([
    { sender: '12345', reply_code: THEIRS },
    { sender: '12345', reply_code: THEIRS },
  ]);
});

test('where the operator replaces 12345, a receipt says what it became, before any reply', async () => {
  await using app = await startApp(operator);
  await launch(app.account, phone(1), { route: 'premium', withReplies: true });
  await until('the code is learnt', async () => (await codesOf(app))[0]?.reply_code === THEIRS);
  expect(await codesOf(app)).toEqual([{ sender: '12345', reply_code: THEIRS }]);
});
