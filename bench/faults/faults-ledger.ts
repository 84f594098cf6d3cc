import { z } from 'zod';
import { itemsOf, textOf, type Answer, type ApiClient } from '../../dev/seed.ts';
import type { FaultsStack } from '../../test/fixtures/faults/faults-stack.ts';

const Sms = z.object({ from: z.string(), to: z.string(), text: z.string() });
const PhonesLog = z.object({ received: z.array(Sms), sent: z.array(Sms) });
const Calls = z.object({
  items: z.array(z.object({ id: z.string(), attempt: z.number(), verified: z.boolean(), body: z.string() })),
});
const Mails = z.object({ items: z.array(z.object({ text: z.string() })) });
const Event = z.object({ data: z.object({ reply: z.object({ text: z.string() }) }) });

/** What phones sent and got, against platform, endpoint and mailbox. */
export type Ledger = {
  messages: { accepted: number; arrived: number; inDoubt: number; lost: number; doubled: number; waiting: number };
  replies: { sent: number; platform: number; callback: number; email: number; lost: number };
  /** Duplicate deliveries; `marked`: those with an attempt number above one. */
  doubled: { platform: number; callback: number; marked: number; email: number };
};

async function pages(account: ApiClient, path: string): Promise<Answer[]> {
  const all: Answer[] = [];
  for (let cursor: unknown; ;) {
    const page = await account.get(
      `${path}?limit=100${typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    );
    all.push(...itemsOf(page));
    cursor = page['nextCursor'] ?? page['cursor'] ?? null;
    if (cursor === null) return all;
  }
}

/** Retries: a kept-alive connection may close just as it is used. */
export async function askWorld(url: string): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await (await fetch(url)).json();
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}
const counts = (texts: string[]): Map<string, number> => {
  const map = new Map<string, number>();
  for (const text of texts) map.set(text, (map.get(text) ?? 0) + 1);
  return map;
};
const extra = (map: Map<string, number>): number => [...map.values()].reduce((sum, count) => sum + count - 1, 0);

export async function takeLedger({ account, world }: FaultsStack, campaigns: string[]): Promise<Ledger> {
  const phones = PhonesLog.parse(await askWorld(`${world.phones}/log`));
  const arrived = counts(phones.received.map((sms) => sms.to));
  const messages = (await Promise.all(campaigns.map((id) => pages(account, `/v1/campaigns/${id}/messages`)))).flat();
  const stateOf = new Map(messages.map((message) => [textOf(message, 'to'), textOf(message, 'state')]));
  const missing = [...stateOf].filter(([to]) => !arrived.has(to));
  const waitingStates = ['queued', 'submitting'];

  const sent = counts(phones.sent.map((sms) => sms.text));
  const platform = counts((await pages(account, '/v1/replies')).map((reply) => textOf(reply, 'text')));
  const calls = Calls.parse(await askWorld(`${world.endpoint}/log?limit=1000000`)).items;
  const byEvent = Map.groupBy(
    calls.filter((call) => call.verified),
    (call) => Event.parse(JSON.parse(call.body)).data.reply.text,
  );
  const mails = counts(
    Mails.parse(await askWorld(`${world.mailbox}/mails?limit=1000000`)).items.map(
      (mail) => /Réponse n° \d+/.exec(mail.text)?.[0] ?? '',
    ),
  );
  const home = (text: string): boolean => platform.has(text) && byEvent.has(text) && mails.has(text);
  const copies = [...byEvent.values()].flatMap((list) => list.slice(1));
  return {
    messages: {
      accepted: stateOf.size,
      arrived: [...stateOf.keys()].filter((to) => arrived.has(to)).length,
      inDoubt: [...stateOf.values()].filter((state) => state === 'in_doubt').length,
      waiting: missing.filter(([, state]) => waitingStates.includes(state)).length,
      lost: missing.filter(([, state]) => !waitingStates.includes(state) && state !== 'in_doubt').length,
      doubled: extra(arrived),
    },
    replies: {
      sent: sent.size,
      platform: [...sent.keys()].filter((text) => platform.has(text)).length,
      callback: [...sent.keys()].filter((text) => byEvent.has(text)).length,
      email: [...sent.keys()].filter((text) => mails.has(text)).length,
      lost: [...sent.keys()].filter((text) => !home(text)).length,
    },
    doubled: {
      platform: extra(platform),
      callback: copies.length,
      marked: copies.filter((call) => call.attempt > 1).length,
      email: extra(mails),
    },
  };
}
