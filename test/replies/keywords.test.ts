import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { nearestRule, readRuleWord } from '../../domain/replies/keyword-rules.ts';
import { anAccount, carriers, filing, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { aMessage, aReply } from '../fixtures/rows.ts';
import { optOutsHashed } from '../fixtures/states/contacts.ts';
import { messageGone } from '../fixtures/states/sending.ts';

const PHONE = '+33612000001';

/** An account on a short code, and filing as it is done. */
async function scene() {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const shop = await anAccount(api);
  const { premiumId } = await carriers(api);
  const sent: string[] = [];
  let mails = 0;
  const file = filing(api, {
    sendMessages: (ids) => void sent.push(...ids),
    oweMails: async () => void mails++,
  });
  /** Files what a phone wrote to the short code, one page. */
  async function hear(texts: string[], from = PHONE) {
    const ids: string[] = [];
    for (const text of texts) {
      const basis = { carrierId: premiumId, fromNumber: from, fromRaw: from, text, filedAt: null, runId: null, sequence: null };
      ids.push((await aReply(api.db, basis)).id);
    }
    await file(ids, 'replies/test');
  }
  const answers = () =>
    rows<{ text: string; automatic: string; to_number: string; sender: string; reply_code: string; state: string }>(
      api.db.pool,
      'select text, automatic, to_number, sender, reply_code, state from messages where automatic is not null order by id',
    );
  const running = stack.move();
  return {
    api,
    shop,
    premiumId,
    hear,
    answers,
    sent,
    mails: () => mails,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const wroteTo = (api: TestApi, shop: TestAccount, carrierId: string, overrides = {}) =>
  aMessage(api.db, { accountId: shop.id, carrierId, toNumber: PHONE, ...overrides });

test('a STOP is confirmed once, by the code written to, unless carrier or account are against', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  await wroteTo(api, shop, premiumId);
  await api.asOperator('PATCH', `/carriers/${premiumId}`, { stopConfirmations: false });
  await it.hear(['STOP', 'Stop !']);
  expect(await it.answers()).toEqual([]);
  await api.asOperator('PATCH', `/carriers/${premiumId}`, { stopConfirmations: true });
  await it.hear(['START']);
  await it.hear(['stop', 'STOP']);
  expect(await it.answers()).toMatchObject([
    { automatic: 'stop-confirmation', to_number: PHONE, sender: '36200', reply_code: '36200', state: 'queued' },
  ]);
  expect(it.sent).toHaveLength(1);
  await it.hear(['START']);
  expect((await shop.call('GET', '/opt-outs')).body.items).toEqual([]);
  await shop.call('PATCH', '/policies', { stopConfirmation: false });
  await it.hear(['STOP']);
  expect(await it.answers()).toHaveLength(1);
  expect((await shop.call('GET', '/opt-outs')).body.items).toMatchObject([{ phone: PHONE, source: 'reply' }]);
});

test('a wish to leave in other words flags its conversation, which the flagged list shows', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  await wroteTo(api, shop, premiumId);
  await it.hear(['Samedi, merci']);
  const flagged = async () => (await shop.call('GET', '/conversations?flagged=true')).body.items;
  expect(await flagged()).toEqual([]);
  await it.hear(['Je ne veux plus recevoir vos messages']);
  expect(await flagged()).toMatchObject([{ phone: PHONE, flagged: true, optedOut: false }]);
});

test('a STOP that may answer two accounts is obeyed for both, and shown to neither', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  const other = await anAccount(api, { name: 'Fleuriste' });
  await wroteTo(api, shop, premiumId);
  await wroteTo(api, other, premiumId);
  await it.hear(['STOP']);
  for (const account of [shop, other]) {
    expect((await account.call('GET', '/opt-outs')).body.items).toMatchObject([{ phone: PHONE, replyId: null }]);
    expect((await account.call('GET', '/replies')).body.items).toEqual([]);
  }
  const [reply] = await rows<{ opt_out: boolean; keyword: string }>(api.db.pool, 'select opt_out, keyword from replies');
  expect(reply).toEqual({ opt_out: true, keyword: 'stop' });
});

const monthsAgo = (months: number) => new Date(Date.now() - months * 30 * 86_400_000);

test('a STOP after its window is obeyed for whoever ever wrote to that phone by that code', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  const [other, stranger] = [await anAccount(api, { name: 'Fleuriste' }), await anAccount(api, { name: 'Garage' })];
  await wroteTo(api, shop, premiumId, { submittedAt: monthsAgo(4) });
  // The code that the operator put in the place of 12345 was never learnt.
  await wroteTo(api, other, premiumId, { submittedAt: monthsAgo(4), replyCode: '12345', sender: '12345' });
  await wroteTo(api, stranger, premiumId, { submittedAt: monthsAgo(4), replyCode: '36300', sender: '36300' });
  await it.hear(['STOP']);
  const listed = async (account: TestAccount) => (await account.call('GET', '/opt-outs')).body.items;
  for (const account of [shop, other]) expect(await listed(account)).toMatchObject([{ phone: PHONE, replyId: null }]);
  expect(await listed(stranger)).toEqual([]);
  // A START may mean either: nobody is written to again by guess.
  await it.hear(['START']);
  expect([await listed(shop), await listed(other)]).toMatchObject([[{ phone: PHONE }], [{ phone: PHONE }]]);
  // To one of them alone something was sent since.
  await wroteTo(api, other, premiumId);
  await it.hear(['START']);
  expect([await listed(shop), await listed(other)]).toMatchObject([[{ phone: PHONE }], []]);
});

test('START lifts what is left of an erased number; not where it may mean another account', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  await wroteTo(api, shop, premiumId);
  await it.hear(['STOP']);
  expect((await shop.call('POST', '/contacts/erase', { phone: PHONE })).status).toBe(200);
  expect((await shop.call('GET', '/opt-outs')).body.items).toMatchObject([{ phone: null }]);
  const other = await anAccount(api, { name: 'Fleuriste' });
  const theirs = await wroteTo(api, other, premiumId, { submittedAt: monthsAgo(4) });
  await it.hear(['START']);
  expect((await shop.call('GET', '/opt-outs')).body.items).toHaveLength(1);
  await messageGone(api.db, theirs.id);
  await it.hear(['Reprendre']);
  expect((await shop.call('GET', '/opt-outs')).body.items).toEqual([]);
  const shown = (await shop.call('GET', '/replies')).body.items;
  expect(shown.map(({ keyword }: { keyword: string }) => keyword)).toEqual(['stop']);
});

test('a STOP is obeyed though its reply is hidden; START lifts an erased number’s hash too', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  await wroteTo(api, shop, premiumId, { twoWay: false });
  await it.hear(['STOP']);
  expect((await shop.call('GET', '/replies')).body.items).toEqual([]);
  expect((await shop.call('GET', '/opt-outs')).body.items).toHaveLength(1);
  await optOutsHashed(api.db, api.services.hashPhone(PHONE));
  await it.hear(['REPRENDRE']);
  expect((await shop.call('GET', '/opt-outs')).body.items).toEqual([]);
});

test("CONTACT is answered with the account's words, to one who left too; without words it is not", async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  await wroteTo(api, shop, premiumId);
  await it.hear(['contact']);
  expect(await it.answers()).toEqual([]);
  await shop.call('PATCH', '/policies', { contactText: 'Boulangerie, 01 23 45 67 89' });
  await it.hear(['CONTACT']);
  expect(await it.answers()).toMatchObject([{ automatic: 'contact', text: 'Boulangerie, 01 23 45 67 89' }]);
  const refused = await shop.call('PATCH', '/policies', { contactText: 'x'.repeat(1300) });
  expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'contactText']);
});

test('a rule answers, tags, forwards and tells; the nearest one counts, in any case and accents', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  await wroteTo(api, shop, premiumId);
  await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in', types: ['keyword.matched'] });
  const add = (body: object) => shop.call('POST', '/keyword-rules', body);
  expect((await add({ word: 'Réserver', actions: [{ do: 'answer', text: 'partout' }] })).status).toBe(201);
  const near = await add({
    word: 'RESERVER',
    number: '36200',
    actions: [
      { do: 'answer', text: 'Table réservée.' },
      { do: 'tag', tag: 'clients' },
      { do: 'forward', to: 'patron@example.com' },
      { do: 'event', name: 'booking' },
    ],
  });
  expect(near.body).toMatchObject({ word: 'reserver', number: '36200' });
  await it.hear(['  réserver pour deux']);
  expect(await it.answers()).toMatchObject([{ automatic: 'answer', text: 'Table réservée.' }]);
  const [contact] = await rows<{ phone: string; tags: string[] }>(api.db.pool, 'select phone, tags from contacts');
  expect(contact).toEqual({ phone: PHONE, tags: ['clients'] });
  const [mail] = await rows<{ address: string; data: { text: string } }>(api.db.pool, 'select address, data from notices');
  expect(mail).toMatchObject({ address: 'patron@example.com', data: { text: '  réserver pour deux', from: PHONE } });
  expect(it.mails()).toBe(1);
  const [event] = await rows<{ body: string }>(
    api.db.pool,
    `select e.body from events e join deliveries d on d.event_id = e.id where e.type = 'keyword.matched'`,
  );
  expect(JSON.parse(event?.body ?? '')).toMatchObject({
    type: 'keyword.matched',
    data: { name: 'booking', rule: { id: near.body.id } },
  });
});

test('a rule opts out and in as STOP and START do', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  await wroteTo(api, shop, premiumId);
  await shop.call('POST', '/keyword-rules', { word: 'adieu', actions: [{ do: 'opt-out' }] });
  await shop.call('POST', '/keyword-rules', { word: 'revenir', actions: [{ do: 'opt-in' }] });
  await it.hear(['Adieu']);
  expect((await shop.call('GET', '/opt-outs')).body.items).toMatchObject([{ phone: PHONE, source: 'keyword', reason: 'adieu' }]);
  const types = await rows<{ type: string }>(api.db.pool, 'select type from events order by position');
  expect(types.map(({ type }) => type)).toEqual(['reply.received', 'contact.opted-out']);
  await it.hear(['revenir']);
  expect((await shop.call('GET', '/opt-outs')).body.items).toEqual([]);
});

test('a phone gets three automatic answers an hour, over all pages, and a machine gets none', async () => {
  await using it = await scene();
  const { api, shop, premiumId } = it;
  await wroteTo(api, shop, premiumId);
  await wroteTo(api, shop, premiumId, { toNumber: '38111' });
  await shop.call('POST', '/keyword-rules', { word: 'info', actions: [{ do: 'answer', text: 'Voici.' }] });
  await it.hear(['info', 'info']);
  await it.hear(['info', 'info', 'info']);
  await it.hear(['info'], '38111');
  expect((await it.answers()).map((answer) => answer.to_number)).toEqual([PHONE, PHONE, PHONE]);
});

test('a word that is obeyed by itself, several words, and the same place twice are refused', async () => {
  await using it = await scene();
  const actions = [{ do: 'tag', tag: 'x' }];
  const add = (word: string) => it.shop.call('POST', '/keyword-rules', { word, actions });
  for (const word of ['STOP', 'arrêt', 'Contact', 'deux mots', '!!!']) {
    const refused = await add(word);
    expect([word, refused.status, refused.body.errors?.[0]?.field]).toEqual([word, 400, 'word']);
  }
  expect((await add('Été')).status).toBe(201);
  expect((await add('ete')).status).toBe(409);
  const listed = await it.shop.call('GET', '/keyword-rules');
  const [rule] = listed.body.items;
  expect((await it.shop.call('PUT', `/keyword-rules/${rule.id}`, { word: 'hiver', actions })).body).toMatchObject({
    word: 'hiver',
  });
  expect((await it.shop.call('DELETE', `/keyword-rules/${rule.id}`)).status).toBe(204);
  expect((await it.shop.call('GET', `/keyword-rules/${rule.id}`)).status).toBe(404);
});

test("a campaign's rule comes before its number's, and that before the account's", () => {
  const rule = (id: string, number: string | null, campaignId: string | null) => ({
    id,
    word: 'oui',
    number,
    campaignId,
    actions: [],
  });
  const rules = [
    rule('any', null, null),
    rule('number', '36200', null),
    rule('campaign', null, 'c1'),
    rule('both', '36200', 'c1'),
  ];
  const nearest = (number: string, campaignId: string | null, among = rules) => nearestRule(among, { number, campaignId })?.id;
  expect(nearest('36200', 'c1')).toBe('both');
  expect(nearest('36200', 'c1', rules.slice(0, 3))).toBe('campaign');
  expect(nearest('36200', 'c2')).toBe('number');
  expect(nearest('38000', null)).toBe('any');
  expect(nearest('38000', null, rules.slice(1))).toBeUndefined();
  expect(readRuleWord('Réserver !')).toEqual({ word: 'reserver' });
});
