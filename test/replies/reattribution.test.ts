import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { aMessage, aReply } from '../fixtures/rows.ts';

/** A campaign of the account that wrote to the phone an hour ago. */
async function aCampaign(api: TestApi, shop: TestAccount, name: string) {
  const body = { name, route: 'premium', sender: 'Boutique', text: 'x', recipients: [{ to: '+33612000009' }] };
  const id: string = (await shop.call('POST', '/campaigns', body)).body.id;
  const message = await aMessage(api.db, {
    accountId: shop.id,
    campaignId: id,
    row: 2,
    submittedAt: new Date(Date.now() - 3_600_000),
  });
  return { id, message };
}
const events = (api: TestApi, accountId: string) =>
  rows<{ type: string; body: string }>(api.db.pool, `select type, body from events where account_id = $1 order by position`, [
    accountId,
  ]);

test('an account corrects its reply between campaigns, in its language, noted, as an event', async () => {
  await using api = await startApi();
  await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api, { locale: 'en' })];
  const [one, two] = [await aCampaign(api, shop, 'Rentrée'), await aCampaign(api, shop, 'Soldes')];
  const foreign = await aCampaign(api, other, 'Theirs');
  const reply = await aReply(api.db, {
    accountId: shop.id,
    campaignId: two.id,
    messageId: two.message.id,
    attribution: {
      method: 'reply-code',
      confidence: 'exact',
      messageId: two.message.id,
      candidates: [two.message.id, one.message.id, foreign.message.id],
    },
  });
  const told = await shop.call('GET', `/replies/${reply.id}/attribution`, undefined, { 'accept-language': '*' });
  expect(told.body).toMatchObject({ rule: 'newest', others: 1, candidates: [{ campaign: 'Soldes' }, { campaign: 'Rentrée' }] });
  expect(told.body.story.join('\n')).toMatch(/→ Campagne « Soldes ».*: retenu\.\nCampagne « Rentrée »/);
  expect(told.text).not.toContain('Theirs');

  expect((await shop.call('PUT', `/replies/${reply.id}/attribution`, { campaign: foreign.id })).status).toBe(409);
  expect((await other.call('PUT', `/replies/${reply.id}/attribution`, { campaign: foreign.id })).status).toBe(404);
  expect((await shop.call('PUT', `/replies/${reply.id}/attribution`, { campaign: one.id })).status).toBe(200);

  const view = await shop.call('GET', `/replies/${reply.id}`);
  expect(view.body).toMatchObject({ campaignId: one.id, messageId: one.message.id, attribution: { method: 'corrected' } });
  const [event] = await events(api, shop.id);
  expect(JSON.parse(event?.body ?? '')).toMatchObject({
    type: 'reply.reattributed',
    data: { withdrawn: false, campaign: { id: one.id, name: 'Rentrée' }, previousCampaign: { id: two.id } },
  });
  expect(await rows(api.db.pool, `select actor, target from audit_log where action = 'reply.reattribute'`)).toEqual([
    { actor: `key ${shop.keyId}`, target: `reply ${reply.id}` },
  ]);
});

test('an operator moves a reply across accounts whole; the old one only learns that it is gone', async () => {
  await using api = await startApi();
  await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const theirs = await aCampaign(api, other, 'Theirs');
  const reply = await aReply(api.db, { accountId: shop.id, text: 'STOP', optOut: true, keyword: 'stop' });
  const moved = await api.asOperator('PUT', `/replies/${reply.id}/attribution`, { account: other.id, campaign: theirs.id });
  expect(moved.status).toBe(200);
  expect((await shop.call('GET', `/replies/${reply.id}`)).status).toBe(404);
  expect((await other.call('GET', `/replies/${reply.id}`)).body).toMatchObject({ campaignId: theirs.id, text: 'STOP' });
  expect((await other.call('GET', '/conversations')).body.items).toMatchObject([{ phone: '+33612000001' }]);
  expect((await other.call('GET', '/opt-outs')).body.items).toMatchObject([{ phone: '+33612000001', source: 'reply' }]);
  const [gone] = await events(api, shop.id);
  expect(JSON.parse(gone?.body ?? '').data).toEqual({ reply: { id: reply.id }, withdrawn: true });
  const [come] = await events(api, other.id);
  expect(JSON.parse(come?.body ?? '').data).toMatchObject({ reply: { id: reply.id, text: 'STOP' }, campaign: { id: theirs.id } });
});
