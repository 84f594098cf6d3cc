import { expect, test } from 'vitest';
import { storeReceipts } from '../../activities/sending/ingest-receipts.ts';
import type { ReceiptStatus } from '../../carriers/carrier.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { aMessage } from '../fixtures/rows.ts';

const [DEAD, ALIVE] = ['+33612000001', '+33612000002'];
const campaign = { name: 'Samedi', route: 'premium', sender: 'Boutique', purpose: 'transactional', text: 'À samedi' };

async function startShop() {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const { premiumId } = await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const told = async (account: string, toNumber: string, statuses: ReceiptStatus[]) => {
    for (const status of statuses) {
      const sent = { accountId: account, carrierId: premiumId, toNumber, state: 'accepted', submittedAt: new Date() } as const;
      const { id } = await aMessage(api.db, sent);
      const receipt = { reference: '', messageId: id, from: '', to: '', status, error: null, at: new Date() };
      for (let copies = 0; copies < 2; copies++)
        await storeReceipts(api.db.pool, { carrierId: premiumId, country: 'FR' }, [receipt]);
    }
  };
  const running = stack.move();
  const asked = { ...campaign, recipients: [{ to: DEAD }, { to: ALIVE }] };
  return {
    api,
    shop,
    other,
    told,
    preview: async () => (await shop.call('POST', '/campaigns/preview', asked)).body,
    send: async () => (await shop.call('POST', '/campaigns', asked)).body,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
const dead = ({ warnings }: { warnings: { code: string; detail: string }[] }) =>
  warnings.filter(({ code }) => code === 'dead-numbers');

test('a number that three messages in a row missed is told of, and left out if the account says', async () => {
  await using it = await startShop();
  await it.told(it.shop.id, DEAD, ['undelivered', 'undelivered']);
  await it.told(it.other.id, DEAD, ['undelivered', 'undelivered', 'undelivered']);
  expect(dead(await it.preview())).toEqual([]);
  await it.told(it.shop.id, DEAD, ['undelivered']);
  expect(dead(await it.preview())).toMatchObject([{ detail: expect.stringMatching(/^1 recipient has a number/) }]);
  expect(dead(await it.send())).toHaveLength(1);
  expect((await it.shop.call('POST', '/opt-outs/dead')).body).toEqual({ added: 1 });
  expect((await it.shop.call('POST', '/opt-outs/dead')).body).toEqual({ added: 0 });
  expect((await it.preview()).recipients).toMatchObject({ kept: 2, optedOut: 1 });
  expect((await it.shop.call('GET', '/opt-outs')).body.items).toMatchObject([{ phone: DEAD, source: 'dead' }]);
  expect((await it.other.call('GET', '/opt-outs')).body.items).toEqual([]);
});

test('a message that arrives, or one that was only too late, makes no number dead', async () => {
  await using it = await startShop();
  await it.told(it.shop.id, DEAD, ['undelivered', 'undelivered', 'delivered', 'undelivered', 'undelivered']);
  await it.told(it.shop.id, ALIVE, ['expired', 'expired', 'expired', 'expired']);
  expect(dead(await it.preview())).toEqual([]);
  await it.told(it.shop.id, DEAD, ['undelivered', 'delivered']);
  expect(dead(await it.preview())).toEqual([]);
  expect((await it.shop.call('POST', '/opt-outs/dead')).body).toEqual({ added: 0 });
});
