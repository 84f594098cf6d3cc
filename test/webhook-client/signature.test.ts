import { createPublicKey, verify } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { callbackHeaders } from '../../webhook-client/request.ts';
import { newSecret, newSigningKey, shownOf, sign } from '../../webhook-client/signature.ts';

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

/** As a receiver does it who has nothing but the public key. */
const verifies = (publicKey: string, headers: Record<string, string>, sent: string): boolean => {
  const raw = Buffer.from(publicKey.slice('whpk_'.length), 'base64');
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]),
    format: 'der',
    type: 'spki',
  });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${sent}`);
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((each) => each.startsWith('v1a,'))
    .some((each) => verify(null, signed, key, Buffer.from(each.slice(4), 'base64')));
};

test.each(Object.entries(verifiers))(
  'an Ed25519 key signs beside the secret: its public half verifies, %s minds its own',
  (_, verifier) => {
    const [secret, key, next] = [newSecret(), newSigningKey(), newSigningKey()];
    const headers = headersOf([secret, next, key]);
    expect(shownOf(key)).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    expect([key, next].map((each) => verifies(shownOf(each), headers, body))).toEqual([true, true]);
    expect(verifies(shownOf(newSigningKey()), headers, body)).toBe(false);
    expect(verifies(shownOf(key), headers, body.replace('18 h', '19 h'))).toBe(false);
    expect(verifies(shownOf(key), { ...headers, 'webhook-id': 'msg_2' }, body)).toBe(false);
    expect(verifier(secret).verify(body, headers)).toMatchObject({ id: '018f' });
  },
);

test('a callback names the release that sent it', () => {
  expect(headersOf([newSecret()])['user-agent']).toBe(`aller-retour-callback/${manifest.version}`);
});
