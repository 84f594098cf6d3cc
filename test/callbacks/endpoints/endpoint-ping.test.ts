import { expect, test } from 'vitest';
import { isAnswer, textOf } from '../../../dev/seed.ts';
import { startApp } from '../../fixtures/app.ts';
import { movedTo } from '../../fixtures/states/callbacks.ts';

test('a ping is signed, says that it is a test, answers with the attempt, and is no delivery', async () => {
  await using app = await startApp({ ways: { callback: true } });
  const id = app.callback?.id ?? '';
  const ping = () => app.account.send('POST', `/v1/callback-endpoints/${id}/test`);
  const ok = await ping();
  expect(ok).toMatchObject({ ok: true, class: 'ok', status: 200, bodyExcerpt: 'ok' });
  expect(isAnswer(ok['timings']) && ok['timings']['totalMs']).toBeGreaterThan(0);
  const [call] = app.world.endpoint.calls;
  expect(call).toMatchObject({ verified: true, id: ok['webhookId'], headers: { 'x-trigger': 'test' } });
  expect(JSON.parse(call?.body ?? '')).toMatchObject({ id: ok['webhookId'], type: 'ping' });

  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 503 });
  expect(await ping()).toMatchObject({ ok: false, class: 'http_5xx', status: 503 });
  expect(await app.rows('select 1 from deliveries')).toEqual([]);
  expect((await app.account.get(`/v1/callback-endpoints/${id}`))['health']).toBe('healthy');
});

test('a ping at an address moved into our network is not made, and reads like one unanswered', async () => {
  await using app = await startApp({ ways: { callback: true } });
  const id = app.callback?.id ?? '';
  await movedTo(app.db, id, 'http://169.254.169.254/latest/meta-data');
  const blocked = await app.account.send('POST', `/v1/callback-endpoints/${id}/test`);
  await movedTo(app.db, id, 'http://127.0.0.1:1/hook');
  const refused = await app.account.send('POST', `/v1/callback-endpoints/${id}/test`);
  const told = (answer: typeof blocked) => ({ ...answer, webhookId: '', startedAt: '' });
  expect(told(blocked)).toEqual(told(refused));
  expect(textOf(blocked, 'class')).toBe('unreachable');
});

test('during a rotation both secrets verify, and afterwards only the new one', async () => {
  await using app = await startApp({ ways: { callback: true } });
  const id = app.callback?.id ?? '';
  const ping = async () => {
    await app.account.send('POST', `/v1/callback-endpoints/${id}/test`);
    return app.world.endpoint.calls.at(-1);
  };
  // The endpoint knows the first secret only.
  const rotated = await app.account.send('POST', `/v1/callback-endpoints/${id}/secrets`, { overlapHours: 1 });
  const during = await ping();
  expect([during?.verified, during?.headers['webhook-signature']?.split(' ').length]).toEqual([true, 2]);
  const again = await app.account.send('POST', `/v1/callback-endpoints/${id}/secrets`, { overlapHours: 0 });
  expect((await ping())?.verified).toBe(false);
  app.world.endpoint.addSecret(textOf(rotated, 'secret'));
  expect((await ping())?.verified).toBe(false);
  app.world.endpoint.addSecret(textOf(again, 'secret'));
  expect((await ping())?.verified).toBe(true);
});
