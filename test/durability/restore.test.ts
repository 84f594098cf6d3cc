import { expect, test } from 'vitest';
import { launch, startFaultsStack, type FaultsStack } from '../fixtures/faults/faults-stack.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { until } from '../fixtures/app.ts';

async function arrived({ world }: FaultsStack): Promise<string[]> {
  const log: { received: { to: string }[] } = JSON.parse(await (await fetch(`${world.phones}/log`)).text());
  return log.received.map(({ to }) => to);
}

test('a database restored from a backup sends nothing twice: what may have gone is in doubt', async () => {
  await using stack = await startFaultsStack({ smpp: { segmentsPerSecond: 40, window: 10 } });
  const before = await launch(stack, 0, 200);
  await until('a part is out', async () => (await arrived(stack)).length >= 30);
  await stack.backUp();
  const known = (await arrived(stack)).length;
  await until('more is out', async () => (await arrived(stack)).length >= 90);
  const inDoubt = await stack.restore();
  const out = (await arrived(stack)).length;
  expect(inDoubt).toBeGreaterThanOrEqual(out - known);

  const after = await launch(stack, 1, 20);
  const { items } = await stack.operator.get('/v1/operator/restores');
  expect(items).toMatchObject([{ inDoubt, releasedAt: null }]);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(await arrived(stack)).toHaveLength(out);

  await stack.operator.send('POST', '/v1/operator/restores/release');
  await until('what is new goes out', async () => (await arrived(stack)).length === out + 20);
  await until('it has ended', async () => (await stack.account.get(`/v1/campaigns/${after}`))['endedAt'] !== null);

  const phones = await arrived(stack);
  expect(new Set(phones).size).toBe(phones.length);
  const old = itemsOf(await stack.account.get(`/v1/campaigns/${before}/messages?limit=200`));
  const unknown = old.filter((message) => !phones.includes(textOf(message, 'to')));
  expect(unknown.map((message) => textOf(message, 'state'))).toEqual(unknown.map(() => 'in_doubt'));
  expect((await stack.account.get(`/v1/campaigns/${before}`))['endedAt']).not.toBeNull();
  expect(await stack.operator.send('POST', '/v1/operator/restores/release').catch(String)).toContain('409');
}, 180_000);
