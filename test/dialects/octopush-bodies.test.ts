import { expect, test } from 'vitest';
import { listening } from '../fixtures/listening.ts';
import { anOctopushShop, LOGIN } from './octopush-shop.ts';

const FORM = 'application/x-www-form-urlencoded';
type Sendable = NonNullable<NonNullable<Parameters<typeof fetch>[1]>['body']>;

test('over a socket: a 4 MB body has the dialect’s own code, in any form, and nothing is stored', async () => {
  await using shop = await anOctopushShop();
  await using server = await listening(shop.api.app.fetch);
  const fields = {
    user_login: LOGIN,
    api_key: shop.key,
    sms_recipients: '+33612000001',
    sms_type: 'FR',
    sms_sender: 'Boutique',
    transactional: '1',
  };
  const query = new URLSearchParams({ ...fields, sms_text: 'Bonjour' }).toString();
  const many = { ...fields, sms_text: 'Bonjour', sms_fields_1: 'x'.repeat(4 * 1024 * 1024) };
  const multipart = new FormData();
  for (const [name, value] of Object.entries(many)) multipart.set(name, value);
  const parts = new Response(multipart);
  const bodies: [type: string, body: Uint8Array<ArrayBuffer>][] = [
    [FORM, new TextEncoder().encode(new URLSearchParams(many).toString())],
    [parts.headers.get('content-type') ?? '', new Uint8Array(await parts.arrayBuffer())],
    ['application/json', new TextEncoder().encode(JSON.stringify(many))],
  ];
  const ask = async (path: string, type: string, body: Sendable) => {
    const headers = { ...shop.headers, 'content-type': type };
    const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body, duplex: 'half' });
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
  };
  for (const [type, body] of bodies)
    for (const sent of [() => body, () => new Blob([body]).stream()]) {
      // What the query says alone would be a send.
      for (const path of ['/api/sms', `/api/sms?${query}`]) {
        const answer = await ask(path, type, sent());
        expect(answer).toEqual({
          status: 200,
          type: 'text/xml; charset=utf-8',
          text: expect.stringContaining('<octopush><error_code>500</error_code></octopush>'),
        });
      }
      expect(await ask('/api/sms/json', type, sent())).toMatchObject({ status: 200, text: '{"error_code":"500"}' });
      const v2 = await ask('/v1/public/sms-campaign/send', type, sent());
      expect([v2.status, v2.type, JSON.parse(v2.text)]).toEqual([
        413,
        'application/json',
        { code: 500, message: 'The request is too large.' },
      ]);
    }
  expect(await shop.stored()).toEqual([]);
  expect(await ask('/api/sms/json', FORM, query)).toMatchObject({ status: 200, text: expect.stringContaining('"000"') });
});

test('parts that can not be read are refused, and what is in the query is not sent without them', async () => {
  await using shop = await anOctopushShop();
  const fields = { user_login: LOGIN, api_key: shop.key, sms_text: 'Bonjour', sms_recipients: '+33612000001', sms_type: 'FR' };
  const query = new URLSearchParams({ ...fields, sms_sender: 'Boutique', transactional: '1' }).toString();
  for (const [type, raw] of [
    ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="sms_text"\r\n\r\ncut off'],
    ['multipart/form-data', 'no boundary'],
  ] as const) {
    const answer = await shop.api.call('POST', `/api/sms/json?${query}`, { raw, headers: { 'content-type': type } });
    expect([type, answer.status, answer.body]).toEqual([type, 200, { error_code: '100' }]);
  }
  expect(await shop.stored()).toEqual([]);
});
