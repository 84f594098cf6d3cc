import { parse } from 'csv-parse/sync';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import { readDevState, startDev, type DevState } from './dev.ts';
import { createClient, itemsOf, textOf, type Answer } from './seed.ts';

/** What the simulated world says of itself. */
const Sms = z.object({ from: z.string(), to: z.string(), text: z.string(), at: z.coerce.date() });
const PhonesLog = z.object({ received: z.array(Sms), sent: z.array(Sms) });
const Calls = z.object({
  items: z.array(
    z.object({ id: z.string(), at: z.coerce.date(), verified: z.boolean(), body: z.string(), answered: z.number().nullable() }),
  ),
});
const Mails = z.object({
  items: z.array(z.object({ id: z.number(), at: z.coerce.date(), subject: z.string(), text: z.string() })),
});
const Clock = z.object({ now: z.coerce.date() });
const Clients = z.array(
  z.object({ telephone: z.string(), prenom: z.string(), ville: z.string(), montant: z.string(), commande: z.string() }),
);
const ReplyEvent = z.object({ data: z.object({ reply: z.object({ id: z.string() }) }) });

type Sent = z.infer<typeof Sms>;
type Found = { reply: Answer | undefined; platform: number; mails: Date[]; calls: { at: Date; verified: boolean }[] };

const LONG = `Bonjour ! Oui pour samedi 😀 — mais plutôt après 18 h, car je garde les enfants l’après-midi. Pourriez-vous aussi me dire si la boutique de ${'la Grand-Rue '.repeat(3)}reste ouverte dimanche ? Merci beaucoup, à très bientôt !`;
const SIX_HOURS_MS = 6 * 3_600_000;
const WAIT_MS = 30_000;

const say = (line = ''): void => console.log(line);
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`Waited ${WAIT_MS / 1000} s in vain until ${what}`);
    await sleep(100);
  }
}

async function call(url: string, method = 'GET', body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Plays the main job through public doors only, and compares what the phones sent with what came out. True when all of it did. */
async function play({ url, apiKey, operatorKey, addresses }: DevState): Promise<boolean> {
  const account = createClient(url, apiKey);
  const operator = createClient(url, operatorKey);
  const begun = new Date();
  const phones = async () => {
    const log = PhonesLog.parse(await call(`${addresses.phones}/log`));
    return { received: log.received.filter((sms) => sms.at >= begun), sent: log.sent.filter((sms) => sms.at >= begun) };
  };
  const press = (phone: string, text: string) =>
    call(`${addresses.phones}/phones/${encodeURIComponent(phone)}/reply`, 'POST', { text });
  const launch = (body: Answer) => account.send('POST', '/v1/campaigns', body, { 'idempotency-key': crypto.randomUUID() });

  const clients = Clients.parse(
    parse(await readFile(new URL('./simulator/clients.csv', import.meta.url)), { columns: true, delimiter: ';', bom: true }),
  );
  const recipients = clients.map(({ telephone, commande, ...values }) => ({ to: telephone, reference: commande, ...values }));

  say(`1. A premium campaign to ${clients.length} customers of a CSV, asking for replies`);
  const premium = await launch({
    name: 'Retrait en boutique',
    route: 'premium',
    withReplies: true,
    purpose: 'transactional',
    text: 'Bonjour {{prenom}}, votre commande de {{montant}} euros vous attend. Passerez-vous samedi ? Répondez OUI ou NON.',
    recipients,
  });
  const arrived = await until('every phone has the premium campaign', async () => {
    const { received } = await phones();
    return received.length >= clients.length ? received : null;
  });
  say(`   out by short code ${arrived[0]?.from}; the first phone reads: « ${arrived[0]?.text} »`);

  say('2. Some answer: every third OUI, one a long text with letters outside GSM-7, one STOP');
  const [, second, , fourth] = arrived;
  for (const sms of arrived.filter((_, index) => index % 3 === 0)) await press(sms.to, 'OUI');
  if (second) await press(second.to, LONG);
  if (fourth) await press(arrived[4]?.to ?? fourth.to, 'STOP');
  await until(
    'the STOP is on the opt-out list',
    async () =>
      itemsOf(await account.get('/v1/replies?limit=100')).find(
        (reply) => reply['optOut'] === true && new Date(textOf(reply, 'ingestedAt')) >= begun,
      ) ?? null,
  );

  say('3. A lowcost campaign from SIM cards; whoever said STOP is left out');
  const lowcost = await launch({
    name: 'Soldes d’hiver',
    route: 'lowcost',
    text: 'Bonjour {{prenom}}, -20 % sur tout le magasin de {{ville}} ce week-end. On vous garde une place ?',
    recipients,
  });
  const before = arrived.length;
  await until('the lowcost campaign has ended', async () =>
    (await account.get(`/v1/campaigns/${textOf(lowcost, 'id')}`))['endedAt'] === null ? null : true,
  );
  const cheap = (
    await until('the phones have the lowcost campaign', async () => {
      const { received } = await phones();
      return received.length >= before + clients.length - 1 ? received : null;
    })
  ).slice(before);
  for (const sms of cheap.filter((_, index) => index % 2 === 0)) await press(sms.to, `Avec plaisir ! ${sms.to.slice(-2)}`);
  if (arrived[4])
    await call(`${addresses.phones}/phones/${encodeURIComponent(arrived[4].to)}/write`, 'POST', {
      to: arrived[4].from,
      text: 'START',
    });

  say('4. Six hours pass for the gateway, and the nightly sync runs');
  const [gateway] = itemsOf(await operator.get('/v1/operator/carriers')).filter((carrier) => carrier['type'] === 'dinstar');
  await call(`${addresses.gateway}/_control/clock`, 'POST', { advanceMs: SIX_HOURS_MS });
  const { now } = Clock.parse(await call(`${addresses.gateway}/_control/state`));
  const asked = await operator.send('POST', `/v1/operator/carriers/${textOf(gateway ?? {}, 'id')}/sync`, {
    now: now.toISOString(),
  });
  const syncedAt = new Date();
  const run = await until('the sync has ended', async () => {
    const sync = await operator.get(`/v1/operator/sync-runs/${textOf(asked, 'id')}`);
    return sync['endedAt'] === null ? null : sync;
  });
  say(
    `   read ${String(run['read'])}, new ${String(run['new'])}, duplicates ${String(run['duplicates'])}, too young ${String(run['young'])}`,
  );

  say('5. Where every reply came out');
  const { sent } = await phones();
  const campaigns = new Map([
    [textOf(premium, 'id'), 'premium'],
    [textOf(lowcost, 'id'), 'lowcost'],
  ]);
  const look = async () => {
    const replies = itemsOf(await account.get('/v1/replies?limit=100'));
    const calls = Calls.parse(await call(`${addresses.endpoint}/log?limit=100000`)).items;
    const mails = Mails.parse(await call(`${addresses.mailbox}/mails?limit=100000`)).items.filter((mail) => mail.at >= begun);
    return sent.map((sms) => ({ sms, found: find(sms, begun, replies, calls, mails) }));
  };
  const isRight = ({ sms, found }: { sms: Sent; found: Found }) =>
    found.platform === 1 &&
    found.mails.length === 1 &&
    found.calls.length === 1 &&
    found.calls[0]?.verified === true &&
    campaigns.get(String(found.reply?.['campaignId'])) === (sms.to.startsWith('+') ? 'lowcost' : 'premium');
  let results = await look();
  for (const end = performance.now() + WAIT_MS; performance.now() < end && !results.every(isRight); results = await look())
    await sleep(250);
  await sleep(1500); // Long enough for a second copy to show itself.
  results = await look();

  say();
  say(table(results.map((result) => row(result, campaigns, syncedAt, isRight(result)))));
  const right = results.filter(isRight).length;
  say();
  say(`${right} of ${results.length} replies came out everywhere they should, exactly once, with the right campaign.`);
  return right === results.length && results.length > 0;
}

/** One reply in the logs of those who should have it. Told by who sent what to whom, for phones know nothing of our ids. */
function find(
  sms: Sent,
  begun: Date,
  replies: Answer[],
  calls: z.infer<typeof Calls>['items'],
  mails: z.infer<typeof Mails>['items'],
): Found {
  const mine = replies.filter(
    (reply) =>
      reply['from'] === sms.from &&
      reply['to'] === sms.to &&
      reply['text'] === sms.text &&
      new Date(textOf(reply, 'ingestedAt')) >= begun,
  );
  const digits = sms.from.replaceAll(/\D/g, '');
  return {
    reply: mine[0],
    platform: mine.length,
    calls: calls.filter((each) => mine.some((reply) => ReplyEvent.parse(JSON.parse(each.body)).data.reply.id === reply['id'])),
    mails: mails
      .filter(
        (mail) =>
          mail.subject.replaceAll(/\D/g, '').endsWith(digits) &&
          mail.text.replaceAll(/\s+|^> /gm, '').includes(sms.text.replaceAll(/\s+/g, '')),
      )
      .map((mail) => mail.at),
  };
}

function row(
  { sms, found }: { sms: Sent; found: Found },
  campaigns: Map<string, string>,
  syncedAt: Date,
  right: boolean,
): string[] {
  const lowcost = sms.to.startsWith('+');
  const since = (at: Date | undefined) =>
    at === undefined ? 'never' : `${at.getTime() - (lowcost ? syncedAt : sms.at).getTime()} ms`;
  return [
    sms.from,
    sms.text.length > 24 ? `${sms.text.slice(0, 23)}…` : sms.text,
    campaigns.get(String(found.reply?.['campaignId'])) ?? 'nobody’s',
    found.platform === 1 ? 'yes' : `${found.platform} times`,
    found.mails.length === 1 ? since(found.mails[0]) : `${found.mails.length} times`,
    found.calls.length === 1
      ? `${since(found.calls[0]?.at)}${found.calls[0]?.verified ? ', signed' : ', NOT SIGNED'}`
      : `${found.calls.length} times`,
    lowcost ? 'the sync' : 'the phone',
    right ? 'ok' : 'WRONG',
  ];
}

const widthOf = (text: string): number => Array.from(text).length;

function table(rows: string[][]): string {
  const all = [['phone', 'reply', 'campaign', 'platform', 'e-mail after', 'callback after', 'counted from', ''], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((each) => widthOf(each[column] ?? '')))) ?? [];
  return all
    .map((each) => `   ${each.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell))).join('  ')}`)
    .join('\n');
}

const isAlive = async (state: DevState): Promise<boolean> =>
  fetch(`${state.url}/health`, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  );

const { values } = parseArgs({ options: { data: { type: 'string', default: '.data' } } });
const running = await readDevState(resolve(values.data));
try {
  if (running && (await isAlive(running))) {
    say(`Using the stack that runs at ${running.url}`);
    process.exitCode = (await play(running)) ? 0 : 1;
  } else {
    say('No stack runs here: starting one of its own, which goes away at the end');
    const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-demo-'));
    try {
      await using dev = await startDev({ dataDir, log: pino({ level: 'warn' }), progress: say });
      process.exitCode = (await play(dev.state)) ? 0 : 1;
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
process.exit();
