import { Hono } from 'hono';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { http } from '../../carriers/http/http.ts';
import { judge } from '../../carriers/http/answer.ts';
import { serveOnLoopback } from '../../dev/simulator/http.ts';
import { settingsFor } from '../fixtures/http-carrier.ts';
import { aMessage, submitAll } from '../fixtures/smpp-session.ts';

/** An API whose tokens are got by client credentials, and last as long as is said. */
async function startApi() {
  const given: string[] = [];
  const taken: string[] = [];
  const state: { lasts: number; mood: 'well' | 'refusing' | 'away' } = { lasts: 3600, mood: 'well' };
  const app = new Hono();
  app.post('/token', async (c) => {
    const form = await c.req.parseBody();
    if (state.mood === 'away') return c.text('<html>Later</html>', 503);
    const right = c.req.header('authorization') === `Basic ${Buffer.from('client:s3cret').toString('base64')}`;
    if (!right || state.mood === 'refusing' || form['grant_type'] !== 'client_credentials' || form['scope'] !== 'sms')
      return c.json({ error: 'invalid_client' }, 400);
    given.push(`tok-${given.length + 1}`);
    return c.json({ access_token: given.at(-1), token_type: 'Bearer', expires_in: state.lasts });
  });
  app.post('/sms', async (c) => {
    if (c.req.header('authorization') !== `Bearer ${given.at(-1) ?? 'none'}`) return c.json({ status: 'unauthorized' }, 401);
    taken.push((await c.req.json()).to);
    return c.json({ status: 'queued', messages: [{ id: String(taken.length) }] });
  });
  const server = await serveOnLoopback(app, 0);
  const settings = { ...settingsFor(server.url), token: undefined, tokenUrl: `${server.url}/token`, tokenScope: 'sms' };
  const session = http.open(http.settings.parse({ ...settings, username: 'client', password: 's3cret' }), {
    log: pino({ level: 'silent' }),
    events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
  });
  return {
    given,
    taken,
    state,
    session,
    async [Symbol.asyncDispose]() {
      await session.close(0);
      await server.close();
    },
  };
}

test('a token is got once for many messages, and again before it ends', async () => {
  await using api = await startApi();
  expect(await submitAll(api.session, [aMessage(), aMessage(), aMessage()])).toMatchObject(
    Array.from({ length: 3 }, () => ({ outcome: 'accepted' })),
  );
  expect(api.given).toEqual(['tok-1']);
});

test('a token that the carrier forgot at night is got again, and each message goes once', async () => {
  await using api = await startApi();
  await submitAll(api.session, [aMessage()]);
  api.given.push('revoked');
  expect(await submitAll(api.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
  expect(api.taken).toHaveLength(2);
});

test('credentials that stop working are a refused login; a token address away leaves all unsent', async () => {
  await using refusing = await startApi();
  refusing.state.mood = 'refusing';
  expect(await submitAll(refusing.session, [aMessage()])).toMatchObject([{ outcome: 'unsent' }]);
  expect(refusing.session.health()).toMatchObject({ refused: true });
  await using away = await startApi();
  away.state.mood = 'away';
  expect(await submitAll(away.session, [aMessage()])).toEqual([{ outcome: 'unsent', reason: 'no-token' }]);
  expect(away.session.health()).toMatchObject({ refused: false });
  expect([...refusing.taken, ...away.taken]).toEqual([]);
});

test.each([
  [
    'text',
    'OK: 4f2a-7',
    { reference: 'words.1', code: 'words.0', accepted: ['OK'] },
    { outcome: 'accepted', references: ['4f2a-7'] },
  ],
  ['text', 'ERR 12 no credit', { reference: 'words.1', code: 'words.0', accepted: ['OK'] }, { outcome: 'rejected', code: 'ERR' }],
  ['form', 'status=0&id=77', { reference: 'id', code: 'status', accepted: ['0'] }, { outcome: 'accepted', references: ['77'] }],
  [
    'form',
    '<html>Bonjour</html>',
    { reference: 'id', code: 'status', accepted: ['0'] },
    { outcome: 'unknown', reason: 'unreadable-answer' },
  ],
  [
    'text',
    '<html>Bonjour</html>',
    { reference: 'words.1', code: 'words.0', accepted: ['OK'] },
    { outcome: 'unknown', reason: 'unreadable-answer' },
  ],
] as const)('an answer as %s is read: %s', (format, text, answer, expected) => {
  const called = { kind: 'answer', status: 200, retryAfter: undefined, text } as const;
  expect(judge(called, { format, ...answer, accepted: [...answer.accepted], outcomes: {} }).result).toEqual(expected);
});
