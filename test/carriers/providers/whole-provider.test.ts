import { expect, test } from 'vitest';
import type { WebhookRequest } from '../../../carriers/carrier.ts';
import { textOf } from '../../../dev/seed.ts';
import { phone, startApp, until } from '../../fixtures/app.ts';
import { fromTwilio, fromVonage, PLAYS, SECRET, startProvider } from './play.ts';

const PUBLIC = 'https://sms.example.com';
const CODE = '36222';

/** How each signs what it brings of the messages it took. */
const BRINGS: Record<string, (url: string, id: string, from: string) => { receipt: WebhookRequest; reply: WebhookRequest }> = {
  twilio: (url, id, from) => ({
    receipt: fromTwilio({ MessageSid: id, MessageStatus: 'delivered', To: from }, SECRET, url),
    reply: fromTwilio({ MessageSid: `in-${id}`, SmsStatus: 'received', From: from, To: CODE, Body: 'Ça me va €' }, SECRET, url),
  }),
  vonage: (_, id, from) => ({
    receipt: fromVonage({ channel: 'sms', message_uuid: id, status: 'delivered', timestamp: new Date().toISOString() }),
    reply: fromVonage({ channel: 'sms', message_uuid: `in-${id}`, from: from.replace('+', ''), to: CODE, text: 'Ça me va €' }),
  }),
};

test.each(Object.entries(BRINGS))(
  'a campaign by %s: signed receipts and replies come home once, though brought twice',
  async (type, brings) => {
    const play = PLAYS[type];
    if (!play) throw new Error('No such provider');
    await using provider = await startProvider(play);
    await using app = await startApp({ env: { PUBLIC_URL: PUBLIC } });
    const settings = play.settings(provider.url);
    const carrier = textOf(await app.operator.send('POST', '/v1/operator/carriers', { name: type, type, settings }), 'id');
    const checked = await app.operator.send('POST', `/v1/operator/carriers/${carrier}/check`, {});
    expect(checked).toMatchObject({ checked: true, refused: null, webhookUrl: `${PUBLIC}/webhooks/${carrier}` });
    await app.operator.send('POST', '/v1/operator/numbers', { number: CODE, kind: 'short-code', carrier, country: 'FR' });
    await app.operator.send('POST', '/v1/operator/routes', { carrier, priority: 1 });

    const recipients = Array.from({ length: 5 }, (_, n) => ({ to: phone(n + 1), reference: `c-${n + 1}` }));
    const campaign = await app.campaign(recipients);
    await until('all went there', () => provider.ids.length === 5);
    expect(provider.taken.map(({ from }) => from)).toEqual(recipients.map(() => CODE));
    await until('all are known there', async () => {
      const found = await app.rows('select from message_references');
      return found.length === 5;
    });
    const bring = async ({ body, headers }: WebhookRequest): Promise<number> => {
      const answer = await fetch(`${app.url}/webhooks/${carrier}`, { method: 'POST', body: Buffer.from(body), headers });
      return answer.status;
    };
    for (const [n, id] of provider.ids.entries()) {
      const { receipt, reply } = brings(`${PUBLIC}/webhooks/${carrier}`, id, provider.taken[n]?.to ?? '');
      for (const request of [receipt, reply, receipt, reply]) expect(await bring(request)).toBe(200);
      const forged = { ...reply, body: Buffer.from(Buffer.from(reply.body).toString().replace('va', 'vb')) };
      expect(await bring(forged)).toBe(401);
    }
    expect(await app.ended(campaign)).toMatchObject({ state: 'completed', total: 5 });
    await until('each reply is called back', () => app.world.endpoint.calls.length >= 5);
    expect(await app.rows(`select distinct state from messages`)).toEqual([{ state: 'delivered' }]);
    expect((await app.replies()).map((reply) => [reply['text'], reply['campaignId']])).toEqual(
      recipients.map(() => ['Ça me va €', campaign['id']]),
    );
    expect(app.world.endpoint.calls).toHaveLength(5);
    expect(app.world.endpoint.calls.every(({ verified }) => verified)).toBe(true);
  },
);
