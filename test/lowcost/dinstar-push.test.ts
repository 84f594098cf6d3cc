import { expect, test } from 'vitest';
import { phone, SIMS, startApp, until, type App } from '../fixtures/app.ts';

const SECRET = 'push-5ec0ffee';

const push = async (app: App, body: unknown, secret = SECRET): Promise<number> => {
  const answer = await fetch(`${app.url}/webhooks/${app.dinstarId}?secret=${secret}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answer.status;
};
const receive = (app: App, from: string, text: string) => app.world.gateway.receive({ from, to: SIMS[0]?.number ?? '', text });
const stored = (app: App) =>
  app.rows<{ text: string; reply_code: string; released: boolean }>(
    `select text, reply_code, released_at is not null as released from replies order by text`,
  );
const sync = async (app: App) => {
  const asked = await app.operator.send('POST', `/v1/operator/carriers/${app.dinstarId}/sync`, {
    now: new Date(Date.now() + 7 * 3_600_000).toISOString(),
  });
  return until('the sync has ended', async () => {
    const run = await app.operator.get(`/v1/operator/sync-runs/${String(asked['id'])}`);
    return run['endedAt'] !== null && run;
  });
};

test('what a gateway pushes is stored once, though it comes twice, and waits for the night', async () => {
  await using app = await startApp({ ways: {}, dinstar: { pushSecret: SECRET } });
  receive(app, phone(1), 'OUI, par push');
  for (let n = 0; n < 2; n++) expect(await push(app, app.world.gateway.push())).toBe(200);
  expect(await stored(app)).toEqual([{ text: 'OUI, par push', reply_code: SIMS[0]?.number, released: false }]);
  receive(app, phone(2), 'jamais poussé');
  expect(await sync(app)).toMatchObject({ state: 'done' });
  expect((await stored(app)).map(({ text, released }) => [text, released])).toEqual([
    ['OUI, par push', true],
    ['jamais poussé', true],
  ]);
});

test('a push goes home at once where chosen; results and calls are acknowledged, and not news', async () => {
  await using app = await startApp({ ways: {}, dinstar: { pushSecret: SECRET, immediate: true } });
  receive(app, phone(1), 'OUI');
  expect(await push(app, app.world.gateway.push())).toBe(200);
  await until('it is on the platform', async () => (await app.rows(`select from replies where filed_at is not null`))[0]);
  expect(await push(app, { sn: 'x', sms_result: [{ port: 1, number: '10086', status: 'DELIVERED' }] })).toBe(200);
  expect(await stored(app)).toHaveLength(1);
});

test('a push with a wrong secret, of HTML, or without one set, is refused and stored nowhere', async () => {
  await using app = await startApp({ ways: {}, dinstar: { pushSecret: SECRET } });
  receive(app, phone(1), 'OUI');
  expect(await push(app, app.world.gateway.push(), 'another')).toBe(401);
  expect(await push(app, '<html>OUI</html>')).toBe(400);
  expect(await stored(app)).toEqual([]);
});
