import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { expect, test } from 'vitest';
import { callbackHeaders } from '../callbacks/request.ts';
import { newSecret, sign } from '../callbacks/signature.ts';

const body = '{"id":"018f","text":"Ça va ? Oui, à 18 h 😀"}';
const headersOf = (secrets: string[], now = new Date()) =>
  callbackHeaders({ secrets, id: 'msg_1', deliveryId: 'd', attempt: 1, trigger: 'auto', format: 'standard', body, now });

const verifiers = {
  standardwebhooks: (secret: string) => new StandardWebhook(secret),
  svix: (secret: string) => new SvixWebhook(secret),
};

test('the signature is that of the published test vector', () => {
  expect(
    sign(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}'),
  ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test.each(Object.entries(verifiers))('%s verifies what is sent, and during a rotation with either secret', (_, verifier) => {
  const [old, fresh] = [newSecret(), newSecret()];
  const headers = headersOf([fresh, old]);
  expect(verifier(old).verify(body, headers)).toMatchObject({ id: '018f' });
  expect(verifier(fresh).verify(body, headers)).toMatchObject({ id: '018f' });
});

test.each(Object.entries(verifiers))('%s refuses a flipped byte, an old time and a wrong secret', (_, verifier) => {
  const secret = newSecret();
  const headers = headersOf([secret]);
  expect(() => verifier(secret).verify(body.replace('18 h', '19 h'), headers)).toThrow('signature');
  expect(() => verifier(newSecret()).verify(body, headers)).toThrow('signature');
  const old = headersOf([secret], new Date(Date.now() - 10 * 60_000));
  expect(() => verifier(secret).verify(body, old)).toThrow('too old');
});
