import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { arrivedAt, call, freshNumbers, press, say, table, until } from './tools.ts';
import type { DevState } from '../dev.ts';
import { createClient, itemsOf, textOf, type Answer, type ApiClient } from '../seed.ts';

const PHONES = Array.from({ length: 12 }, (_, index) => `+336100000${String(index).padStart(2, '0')}`).map(freshNumbers());
/** Seconds before each attempt; short, so that failures show at once. */
const SCHEDULE = [0, 1, 2, 3, 5, 10, 20, 30, 60, 60];
/** The first probe comes 30 s after the breaker opens; the endpoint is back some seconds before. */
const BACK_AFTER_MS = 20_000;
const LOOK_EVERY_MS = 2000;
const DRAINED_WITHIN_MS = 120_000;

const Health = z.object({
  health: z.string(),
  waiting: z.object({ held: z.number(), retrying: z.number(), pending: z.number(), inFlight: z.number() }),
  lastFailure: z.object({ class: z.string(), status: z.number().nullable() }).nullable(),
  nextTryAt: z.coerce.date().nullable(),
});
const Calls = z.object({
  items: z.array(z.object({ at: z.coerce.date(), verified: z.boolean(), body: z.string(), answered: z.number().nullable() })),
});
type Heard = z.infer<typeof Calls>['items'][number];
const ReplyEvent = z.object({ data: z.object({ reply: z.object({ id: z.string() }) }) });

/** Lets the customer's endpoint fail for a while and shows what becomes of the replies. True when each was taken exactly once or is listed. */
export async function playOutage(state: DevState): Promise<boolean> {
  const { url, apiKey, addresses, temporalUi } = state;
  const account = createClient(url, apiKey);
  const id = textOf(await endpointOf(state), 'id');
  const control = (body: object) => call(`${addresses.endpoint}/control`, 'POST', body);
  const answerAll = async (text: string) => {
    for (const phone of PHONES) await press(state, phone, `${text} ${phone.slice(-2)}`);
  };

  say();
  say(`6. An outage: the customer's endpoint answers 503, while ${PHONES.length} customers answer a campaign`);
  if (temporalUi) say(`   its run, once it opens: ${temporalUi}/namespaces/aller-retour/workflows/endpoint%2F${id}`);
  await account.send('PATCH', `/v1/callback-endpoints/${id}`, { schedule: SCHEDULE });
  await control({ name: 'hook', mode: 'status', status: 503 });
  const begun = new Date();
  const watch = watcher(account, id, addresses.endpoint, begun);
  try {
    await launch(account);
    await until('every phone has the campaign', async () => {
      const received = await arrivedAt(PHONES, state, begun);
      return received.length >= PHONES.length ? received : null;
    });
    await answerAll('Oui');
    await watch('the endpoint is open', ({ health }) => health === 'open');
    say('   It failed often enough: it is open now, and what comes joins its backlog without an attempt');
    await answerAll('Et dimanche ?');
    const back = performance.now() + BACK_AFTER_MS;
    await watch('the endpoint is mended', () => performance.now() > back);
  } finally {
    await control({ name: 'hook', mode: 'ok' });
  }
  say('   The endpoint is mended; nobody tells the product, which finds out by its next try');
  await watch('the backlog is drained', ({ health, waiting }) => health === 'healthy' && waitingIn(waiting) === 0);
  await sleep(1500); // Long enough for a second copy to arrive.
  const right = await report(account, id, addresses.endpoint, begun);
  await account.send('PATCH', `/v1/callback-endpoints/${id}`, { schedule: null });
  return right;
}

async function endpointOf({ url, apiKey, addresses }: DevState): Promise<Answer> {
  const all = itemsOf(await createClient(url, apiKey).get('/v1/callback-endpoints'));
  const found = all.find((each) => each['url'] === `${addresses.endpoint}/hook`);
  if (!found) throw new Error('The account has no callback endpoint at the simulated customer');
  return found;
}

/** Resumes the customer's endpoint if an earlier demo was ended during its outage. */
export async function mendEndpoint(state: DevState): Promise<void> {
  await call(`${state.addresses.endpoint}/control`, 'POST', { name: 'hook', mode: 'ok' });
  const { id, health } = await endpointOf(state);
  if (health !== 'open' && health !== 'disabled') return;
  const account = createClient(state.url, state.apiKey);
  await account.send('PATCH', `/v1/callback-endpoints/${String(id)}`, { schedule: null });
  await account.send('POST', `/v1/callback-endpoints/${String(id)}/enable`, { resume: 'none' });
}

const launch = (account: ApiClient): Promise<Answer> =>
  account.send(
    'POST',
    '/v1/campaigns',
    {
      name: 'Samedi ?',
      route: 'premium',
      withReplies: true,
      purpose: 'transactional',
      text: 'Bonjour, serez-vous là samedi ?',
      recipients: PHONES.map((to) => ({ to })),
    },
    { 'idempotency-key': crypto.randomUUID() },
  );

const waitingIn = ({ held, retrying, pending, inFlight }: z.infer<typeof Health>['waiting']): number =>
  held + retrying + pending + inFlight;

/** The endpoint's calls since then, grouped by reply. */
async function heardBy(endpointUrl: string, since: Date): Promise<Map<string, Heard[]>> {
  const calls = Calls.parse(await call(`${endpointUrl}/log?name=hook&limit=100000`)).items.filter((each) => each.at >= since);
  return Map.groupBy(calls, (each) => ReplyEvent.parse(JSON.parse(each.body)).data.reply.id);
}

const isTaken = ({ answered }: Heard): boolean => answered === 200;

/** Prints the endpoint's state when it changes, at most every two seconds, until the condition holds. */
function watcher(account: ApiClient, id: string, endpointUrl: string, since: Date) {
  let before = '';
  const look = async (): Promise<z.infer<typeof Health>> => {
    const now = Health.parse(await account.get(`/v1/callback-endpoints/${id}/health`));
    const { held, retrying, pending, inFlight } = now.waiting;
    const heard = [...(await heardBy(endpointUrl, since)).values()].flat();
    const taken = heard.filter(isTaken).length;
    const next = now.nextTryAt ? `, next try in ${Math.max(0, Math.ceil((now.nextTryAt.getTime() - Date.now()) / 1000))} s` : '';
    const status =
      now.health === 'healthy' || !now.lastFailure ? '' : `, last answer ${now.lastFailure.status ?? now.lastFailure.class}`;
    const line = `${now.health.padEnd(10)} failed ${heard.length - taken}, held ${held}, waiting ${retrying + pending + inFlight}, taken ${taken}${next}${status}`;
    if (line !== before) say(`   ${`${Math.round((Date.now() - since.getTime()) / 1000)} s`.padStart(5)}  ${line}`);
    before = line;
    return now;
  };
  return async (what: string, reached: (now: z.infer<typeof Health>) => boolean): Promise<void> => {
    for (const end = performance.now() + DRAINED_WITHIN_MS; !reached(await look()); await sleep(LOOK_EVERY_MS))
      if (performance.now() > end) throw new Error(`Waited ${DRAINED_WITHIN_MS / 1000} s in vain until ${what}`);
  };
}

/** Compares the callbacks due with those the endpoint took. */
async function report(account: ApiClient, id: string, endpointUrl: string, since: Date): Promise<boolean> {
  const heard = await heardBy(endpointUrl, since);
  const replies = itemsOf(await account.get('/v1/replies?limit=100')).filter(
    (reply) => PHONES.includes(textOf(reply, 'from')) && new Date(textOf(reply, 'ingestedAt')) >= since,
  );
  const owed = itemsOf(await account.get(`/v1/deliveries?limit=100&endpoint=${id}`));
  const rows = replies.map((reply) => {
    const calls = heard.get(textOf(reply, 'id')) ?? [];
    const taken = calls.filter(isTaken);
    const state = owed.flatMap((each) => (isOf(each, reply) ? [textOf(each, 'state')] : [])).join(', ');
    const once = taken.length === 1 && taken[0]?.verified === true && state === 'delivered';
    const listed = taken.length === 0 && state === 'exhausted';
    const waited = taken[0]
      ? `${((taken[0].at.getTime() - new Date(textOf(reply, 'ingestedAt')).getTime()) / 1000).toFixed(1)} s`
      : 'never';
    const text = textOf(reply, 'text');
    return {
      right: once || listed,
      cells: [
        textOf(reply, 'from'),
        text,
        String(calls.length - taken.length),
        `${taken.length}`,
        waited,
        state,
        once || listed ? 'ok' : 'WRONG',
      ],
    };
  });
  say();
  say(table(rows.map(({ cells }) => cells).toReversed(), ['phone', 'reply', 'failed', 'taken', 'after', 'listed as', '']));
  const right = rows.filter((row) => row.right).length;
  say();
  say(`${right} of ${rows.length} replies came through the outage: taken exactly once, signed, or listed.`);
  return right === rows.length && rows.length === 2 * PHONES.length;
}

const isOf = (delivery: Answer, reply: Answer): boolean => {
  const event = delivery['event'];
  return typeof event === 'object' && event !== null && 'replyId' in event && event.replyId === reply['id'];
};
