import { expect, test } from 'vitest';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { aConversation, aDelivery, aMessage, aReply } from '../fixtures/rows.ts';
import { doubted } from '../fixtures/states/sending.ts';

const PHONE = '+33698765432';
const TEXT = 'rendez-vous chez le cardiologue';
type Described = Record<string, { operationId: string }>;

test('no route shows an operator a customer’s text or number; reading a reply of nobody is noted', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const accountId = shop.id;
  const { id: endpointId } = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  await shop.call('PATCH', '/reply-settings', { emails: [{ address: 'shop@example.com' }] });
  const [carrier] = await rows<{ id: string }>(api.db.pool, 'select id from carriers limit 1');
  const carrierId = carrier?.id ?? '';
  const campaign = { name: 'n', route: 'premium', withReplies: true, text: TEXT, recipients: [{ to: PHONE }] };
  const campaignId = (await shop.call('POST', '/campaigns', { ...campaign, purpose: 'transactional' })).body.id;
  const conversation = await aConversation(api.db, { account: accountId, phone: PHONE, carrierId });
  const sent = { accountId, carrierId, campaignId, toNumber: PHONE, text: TEXT, conversationId: conversation.id };
  const message = await aMessage(api.db, { ...sent, row: 2 });
  const doubt = await aMessage(api.db, { ...sent, row: 3, state: 'in_doubt', settledAt: null });
  await doubted(api.db, doubt.id);
  const from = { carrierId, fromNumber: PHONE, fromRaw: PHONE.slice(1), text: TEXT };
  const own = { ...from, accountId, campaignId, messageId: message.id, conversationId: conversation.id };
  const reply = await aReply(api.db, own);
  await aDelivery(api.db, { accountId, replyId: reply.id, endpointId, state: 'held' }, { bodyExcerpt: TEXT });
  await shop.call('PUT', '/contacts', { phone: PHONE, lastName: TEXT });
  await shop.call('POST', '/opt-outs/import', { entries: [PHONE] });

  const { body } = await api.call('GET', '/openapi.json');
  const paths = Object.entries<Described>(body.paths).filter(([path, each]) => path.startsWith('/v1/operator/') && each['get']);
  expect(paths.length).toBeGreaterThan(20);
  const ids: Record<string, string> = { accounts: accountId, carriers: carrierId };
  const read = async () => {
    const shown: Record<string, boolean[]> = {};
    for (const [path] of paths) {
      const id = ids[path.split('/')[3] ?? ''] ?? newId();
      const { status, text } = await api.call('GET', path.replace('{id}', id), { key: api.operatorKey });
      expect({ path, refused: status >= 400 && status !== 404 && status !== 400 }).toEqual({ path, refused: false });
      const found = [text.includes(PHONE.slice(1)), text.includes(TEXT)];
      if (found.includes(true)) shown[path] = found;
    }
    return shown;
  };
  const notes = () => rows(api.db.pool, `select actor, detail from audit_log where action = 'unattributed.read'`);
  expect(await read()).toEqual({});
  expect(await notes()).toEqual([]);

  const nobodys = await aReply(api.db, { ...from, attribution: { method: 'none', reason: 'no-candidate', candidates: [] } });
  expect(await read()).toEqual({ '/v1/operator/unattributed': [true, true] });
  expect(await notes()).toEqual([{ actor: expect.stringMatching(/^key /), detail: { replies: [nobodys.id] } }]);
});
