import { expect, test } from 'vitest';
import { launch, startFaultsStack } from '../fixtures/faults/faults-stack.ts';
import { itemsOf } from '../../dev/seed.ts';
import { until } from '../fixtures/app.ts';

const json = async (url: string) => (await fetch(url)).json();

test('with clocks an hour wrong replies find their campaign, and callbacks’ times are accepted', async () => {
  await using stack = await startFaultsStack();
  const { world, account } = stack;
  for (const [n, ms] of [3_600_000, -3_600_000].entries()) {
    stack.shiftClocks(ms);
    await launch(stack, n, 1);
    const phone = `+336${20_000_000 + n * 1000}`;
    await until('the phone has it', async () => JSON.stringify(await json(`${world.phones}/log`)).includes(phone));
    await fetch(`${world.phones}/phones/${encodeURIComponent(phone)}/reply`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: `Réponse n° ${n}` }),
    });
    await until('it came home', async () => Object(await json(`${world.endpoint}/log?limit=1`)).total === n + 1);
  }
  expect(await json(`${world.endpoint}/log?limit=10`)).toMatchObject({ items: [{ verified: true }, { verified: true }] });
  const replies = itemsOf(await account.get('/v1/replies'));
  expect(replies.map((reply) => reply['campaignId'])).toEqual([expect.anything(), expect.anything()]);
}, 120_000);
