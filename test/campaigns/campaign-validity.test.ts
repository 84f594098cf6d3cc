import { expect, test } from 'vitest';
import { phone, startApp, until } from '../fixtures/app.ts';

test('a campaign has an end: what is left is skipped, and what goes tells the operator its end', async () => {
  await using app = await startApp({ ways: {} });
  const sendAt = new Date(Date.now() - 240_000);
  const late = await app.campaign([{ to: phone(1) }], { sendAt: sendAt.toISOString(), validity: 60 });
  expect(late).toMatchObject({ expiresAt: new Date(sendAt.getTime() + 60_000).toISOString() });
  const timely = await app.campaign([{ to: phone(2) }], { validity: 7200 });
  expect(await app.ended(late)).toMatchObject({ progress: { skipped: 1 } });
  await until('the other arrives', () => app.world.phones.received[0]);
  expect(await app.rows(`select state, reason from messages where campaign_id = $1`, [late['id']])).toEqual([
    { state: 'skipped', reason: 'expired' },
  ]);
  expect(app.world.smsc.submitted.map(({ to, validityPeriod }) => [to, validityPeriod])).toEqual([
    [phone(2), expect.stringMatching(/^00000001|00000002000000/)],
  ]);
  expect(timely).toMatchObject({ state: 'launched' });
});
