import { round, type Bench, type Figure } from './bench.ts';
import { turnsPerSecond } from './ceilings/database.ts';
import { framesPerSecond } from './ceilings/wire.ts';
import { launch, phones, type Stack } from './stage/stack.ts';

const MESSAGES = 60_000;

async function submit({ account, world, databaseUrl }: Stack, receipts: string, aim: string): Promise<Figure[]> {
  await launch(account, phones(5000));
  await world.submitted({ count: 5000, withinMs: 60_000 });
  await world.reset();
  await launch(account, phones(MESSAGES, 100_000));
  const { submitted, seconds } = await world.submitted({ count: MESSAGES, withinMs: 120_000 });
  if (submitted !== MESSAGES) throw new Error(`${submitted} of ${MESSAGES} went out`);
  const wire = await framesPerSecond();
  const turns = await turnsPerSecond(databaseUrl);
  const perSecond = submitted / seconds;
  return [
    {
      line: `submit, window 100, ${receipts}`,
      value: round(perSecond),
      unit: '/s',
      aim,
      ratio: round(perSecond / turns),
      note: `turns alone ${round(turns)}/s, the wire alone ${round(wire)}/s`,
    },
  ];
}

export const submitBench: Bench = {
  name: 'submit',
  stack: { receipts: null, window: 100 },
  measure: (stack) => submit(stack, 'receipts withheld', '≥ 8,000/s'),
};
export const twoBindsBench: Bench = {
  name: 'submit-two-binds',
  stack: { receipts: null, window: 100, maxBinds: 2 },
  measure: (stack) => submit(stack, 'two binds, receipts withheld', '≥ 10,000/s'),
};
export const receiptsBench: Bench = {
  name: 'submit-receipts',
  stack: { receipts: { delayMs: 500 }, window: 100 },
  measure: (stack) => submit(stack, 'with receipts', '≥ 5,000/s'),
};
