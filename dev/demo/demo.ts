import '../../cli/node-version.ts';
import { parse } from 'csv-parse/sync';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import { readDevState, startDev, type DevState } from '../dev.ts';
import {
  arrivedAt,
  freshNumbers,
  judge,
  outcomes,
  press,
  say,
  syncSixHoursLater,
  table,
  until,
  write,
  type Found,
  type Sent,
} from './tools.ts';
import { mendEndpoint, playOutage } from './outage.ts';
import { playV0 } from './v0.ts';
import { createClient, itemsOf, textOf, type Answer } from '../seed.ts';

const Clients = z.array(
  z.object({ telephone: z.string(), prenom: z.string(), ville: z.string(), montant: z.string(), commande: z.string() }),
);

const LONG = `Bonjour ! Oui pour samedi 😀 — mais plutôt après 18 h, car je garde les enfants l’après-midi. Pourriez-vous aussi me dire si la boutique de ${'la Grand-Rue '.repeat(3)}reste ouverte dimanche ? Merci beaucoup, à très bientôt !`;

/** The customers of the CSV, with numbers that no demo used before. `phones` are their numbers in E.164. */
async function readClients() {
  const csv = await readFile(new URL('../simulator/clients.csv', import.meta.url));
  const clients = Clients.parse(parse(csv, { columns: true, delimiter: ';', bom: true }));
  const fresh = freshNumbers();
  const recipients = clients.map(({ telephone, commande, ...values }) => ({
    to: fresh(telephone),
    reference: commande,
    ...values,
  }));
  return { clients, recipients, phones: recipients.map(({ to }) => `+33${to.replaceAll(/\D/g, '').slice(-9)}`) };
}

/** Runs the whole product through public doors only, and compares what the phones sent with what came out. True when they match. */
async function playV2(state: DevState): Promise<boolean> {
  const account = createClient(state.url, state.apiKey);
  const begun = new Date();
  const launch = (body: Answer) => account.send('POST', '/v1/campaigns', body, { 'idempotency-key': crypto.randomUUID() });

  const { clients, recipients, phones } = await readClients();
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
    const received = await arrivedAt(phones, state, begun);
    return received.length >= clients.length ? received : null;
  });
  say(`   out by short code ${arrived[0]?.from}; the first phone reads: « ${arrived[0]?.text} »`);

  say('2. Some answer: every third OUI, one a long text with letters outside GSM-7, one STOP');
  const [, second, , fourth] = arrived;
  for (const sms of arrived.filter((_, index) => index % 3 === 0)) await press(state, sms.to, 'OUI');
  if (second) await press(state, second.to, LONG);
  if (fourth) await press(state, arrived[4]?.to ?? fourth.to, 'STOP');
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
  await until('the lowcost campaign has ended', async () =>
    (await account.get(`/v1/campaigns/${textOf(lowcost, 'id')}`))['endedAt'] === null ? null : true,
  );
  const cheap = await until('the phones have the lowcost campaign', async () => {
    // Sent from SIMs; the short code that got the STOP confirms it.
    const received = (await arrivedAt(phones, state, begun)).filter(({ from }) => from.length > 5);
    return received.length >= clients.length - 1 ? received : null;
  });
  for (const sms of cheap.filter((_, index) => index % 2 === 0)) await press(state, sms.to, `Avec plaisir ! ${sms.to.slice(-2)}`);
  if (arrived[4]) await write(state, arrived[4].to, arrived[4].from, 'START');

  say('4. Six hours pass for the gateway, and the nightly sync runs');
  const run = await syncSixHoursLater(state);
  const syncedAt = new Date(textOf(run, 'startedAt'));
  say(
    `   read ${String(run['read'])}, new ${String(run['new'])}, duplicates ${String(run['duplicates'])}, too young ${String(run['young'])}`,
  );

  say('5. Where every reply came out');
  const campaigns = new Map([
    [textOf(premium, 'id'), 'premium'],
    [textOf(lowcost, 'id'), 'lowcost'],
  ]);
  const results = await outcomes(
    state,
    account,
    begun,
    (sms, { reply }) => campaigns.get(String(reply?.['campaignId'])) === (sms.to.startsWith('+') ? 'lowcost' : 'premium'),
  );
  say();
  const head = ['phone', 'reply', 'campaign', 'platform', 'e-mail after', 'callback after', 'counted from', ''];
  say(
    table(
      results.map((result) => row(result, campaigns, syncedAt)),
      head,
    ),
  );
  return judge(results);
}

function row(
  { sms, found, right }: { sms: Sent; found: Found; right: boolean },
  campaigns: Map<string, string>,
  syncedAt: Date,
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

const isAlive = async (state: DevState): Promise<boolean> =>
  fetch(`${state.url}/health`, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.ok,
    () => false,
  );

const PLATFORMS = { v2: playV2, v0: playV0 };
const Platforms = z.array(z.enum(['v2', 'v0']));

/** Runs each named platform in turn on one stack, and an outage if asked. True when all came out right. */
async function play(state: DevState, platforms: z.infer<typeof Platforms>, outage: boolean): Promise<boolean> {
  let right = true;
  await mendEndpoint(state);
  for (const platform of platforms) right = (await PLATFORMS[platform](state)) && right;
  return outage ? (await playOutage(state)) && right : right;
}

try {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.data' },
      platform: { type: 'string', multiple: true, default: ['v2'] },
      outage: { type: 'boolean', default: false },
    },
  });
  const platforms = Platforms.parse(values.platform);
  const running = await readDevState(resolve(values.data));
  if (running && (await isAlive(running))) {
    say(`Using the stack that runs at ${running.url}`);
    process.exitCode = (await play(running, platforms, values.outage)) ? 0 : 1;
  } else {
    say('No stack runs here: starting one of its own, which goes away at the end');
    const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-demo-'));
    try {
      await using dev = await startDev({ dataDir, log: pino({ level: 'warn' }), progress: say });
      process.exitCode = (await play(dev.state, platforms, values.outage)) ? 0 : 1;
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
process.exit();
