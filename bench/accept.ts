import { Pool } from 'pg';
import { newId } from '../database/ids.ts';
import { copyMessages, type NewMessage } from '../database/store-campaign.ts';
import { transaction } from '../database/sql.ts';
import { median, round, type Bench, type Figure } from './bench.ts';
import { launch, phones, SHORT_CODE, type Stack } from './stack.ts';

const TOMORROW = 86_400_000;
const TIMES = 3;

/** The same rows by COPY and nothing else: what an acceptance can't be faster than. */
async function copyAlone(databaseUrl: string, count: number): Promise<number> {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  const basis = {
    accountId: newId(),
    campaignId: newId(),
    conversationId: null,
    carrierId: newId(),
    twoWay: true,
    simulation: true,
  };
  const messages = phones(count).map((to, index): NewMessage => ({
    row: index + 1,
    to,
    sender: SHORT_CODE,
    replyCode: SHORT_CODE,
    port: null,
    text: 'Bonjour Zoé, votre commande est prête. Passerez-vous samedi ? Répondez OUI ou NON.',
    segments: 1,
    reference: `commande-${index}`,
  }));
  const begun = performance.now();
  await transaction(pool, (client) => copyMessages(client, basis, messages));
  const seconds = (performance.now() - begun) / 1000;
  await pool.end();
  return seconds;
}

async function accept({ account, databaseUrl }: Stack, count: number, aim: string): Promise<Figure[]> {
  const took: number[] = [];
  const alone: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const { seconds } = await launch(account, phones(count), { sendAt: new Date(Date.now() + TOMORROW).toISOString() });
    took.push(seconds);
    alone.push(await copyAlone(databaseUrl, count));
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
    return [...(await accept(stack, 10_000, '')), ...(await accept(stack, 100_000, '≤ 5 s'))];
  },
};
