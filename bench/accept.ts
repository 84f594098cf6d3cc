import { median, round, type Bench, type Figure } from './bench.ts';
import { copySeconds } from './ceilings/database.ts';
import { launch, phones, type Stack } from './stage/stack.ts';

const TOMORROW = 86_400_000;
const TIMES = 3;

async function accept({ account, databaseUrl }: Stack, count: number, aim: string): Promise<Figure[]> {
  const took: number[] = [];
  const alone: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const { seconds } = await launch(account, phones(count), { sendAt: new Date(Date.now() + TOMORROW).toISOString() });
    took.push(seconds);
    alone.push(await copySeconds(databaseUrl, count));
  }
  const line = `accept ${count.toLocaleString('en')} recipients`;
  return [
    {
      line,
      value: round(median(took)),
      unit: 's',
      aim,
      ratio: round(median(alone) / median(took)),
      note: `COPY alone ${round(median(alone))} s`,
    },
  ];
}

export const acceptBench: Bench = {
  name: 'accept',
  stack: { receipts: null, window: 100 },
  async measure(stack) {
    await accept(stack, 1000, '');
    return [...(await accept(stack, 10_000, '')), ...(await accept(stack, 100_000, '≤ 4.6 s'))];
  },
};
