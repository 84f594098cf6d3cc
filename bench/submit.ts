import { round, type Bench, type Figure } from './bench.ts';
import { submitsPerSecond } from './smpp.ts';
import { launch, phones, type Stack } from './stack.ts';

const MESSAGES = 60_000;

async function submit({ account, world }: Stack, receipts: string): Promise<Figure[]> {
  await launch(account, phones(5000));
  await world.submitted({ count: 5000, withinMs: 60_000 });
  await world.reset();
  await launch(account, phones(MESSAGES, 100_000));
  const { submitted, seconds } = await world.submitted({ count: MESSAGES, withinMs: 120_000 });
  if (submitted !== MESSAGES) throw new Error(`${submitted} of ${MESSAGES} went out`);
  const wire = await submitsPerSecond({ messages: 50_000, window: 100 });
  const perSecond = submitted / seconds;
  return [
    {
      line: `submit, window 100, ${receipts}`,
      value: round(perSecond),
      unit: '/s',
      aim: '≥ 5,000/s',
      ratio: round(perSecond / wire.perSecond),
      note: `the wire alone ${round(wire.perSecond)}/s`,
    },
  ];
}

export const submitBench: Bench = {
  name: 'submit',
  stack: { receipts: null, window: 100 },
  measure: (stack) => submit(stack, 'receipts withheld'),
};
export const receiptsBench: Bench = {
  name: 'submit-receipts',
  stack: { receipts: { delayMs: 500 }, window: 100 },
  measure: (stack) => submit(stack, 'with receipts'),
};
