import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { pino } from 'pino';
import { phonesSince, press, say, syncSixHoursLater, until } from '../dev/demo/tools.ts';
import { startDev, type DevState } from '../dev/dev.ts';
import { createClient, itemsOf, textOf } from '../dev/seed.ts';
import { compose, signedIn, signOut, toStep } from './fixtures/console/by-hand.ts';
import { startBrowser } from './fixtures/console/start-browser.ts';

/** `--matrix FOLDER` takes a dozen pages in every width and theme instead, to be looked at. */
const { matrix } = parseArgs({ options: { matrix: { type: 'string' } } }).values;
const FOLDER = matrix ?? fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const PEOPLE = ['Maëlle', 'Hugo', 'Inès', 'Léo', 'Camille', 'Jules', 'Zoé', 'Adam', 'Louise', 'Gabriel', 'Chloé', 'Nathan'];
const ANSWERS = ['OUI', 'Oui, avec plaisir ! À quelle heure ?', 'NON', 'Plutôt dimanche, c’est possible ?', 'OUI merci', 'STOP'];
const WIDE = { width: 1440, height: 900 };
const WIDTHS = [390, 768, 1440];
const PHONE = { width: 390, height: 844 };
const phone = (index: number): string => `+3361234${String(5600 + index)}`;

/** A little life in the account: two campaigns, answers, a note, an answer kept ready, a keyword. Ids of what is looked at. */
async function live(state: DevState) {
  const account = createClient(state.url, state.apiKey);
  const begun = new Date();
  const launch = (body: Record<string, unknown>) =>
    account.send('POST', '/v1/campaigns', body, { 'idempotency-key': crypto.randomUUID() });
  const recipients = PEOPLE.map((prenom, index) => ({ to: phone(index), prenom }));
  for (const [index, firstName] of PEOPLE.entries()) {
    await account.send('PUT', '/v1/contacts', { phone: phone(index), firstName, tags: index % 4 === 0 ? ['fidèle'] : [] });
  }
  const text = 'Bonjour {{prenom}}, le fournil ouvre samedi. Serez-vous des nôtres ? Répondez OUI ou NON.';
  const premium = { route: 'premium', withReplies: true, purpose: 'transactional', text, recipients };
  const campaign = await launch({ name: 'Ouverture du fournil', ...premium });
  const arrived = (count: number) =>
    until('the phones have it', async () => ((await phonesSince(state, begun)).received.length >= count ? true : null));
  await arrived(PEOPLE.length);
  for (const [index, answer] of ANSWERS.entries()) await press(state, phone(index), answer);
  const lowcost = { route: 'lowcost', text: 'Bonjour {{prenom}}, -20 % ce week-end. On vous garde une place ?', recipients };
  await launch({ name: 'Soldes d’hiver', ...lowcost });
  await arrived(PEOPLE.length * 2 - 1);
  for (const index of [7, 8, 9]) await press(state, phone(index), 'Avec plaisir !');
  await syncSixHoursLater(state);
  const replies = ANSWERS.length + 3;
  await until('every callback was taken', async () => {
    const taken = itemsOf(await account.get('/v1/deliveries?channel=callback&state=delivered&limit=100'));
    return taken.length >= replies ? true : null;
  });

  await account.send('POST', '/v1/canned-answers', { name: 'Horaires', text: 'Bonjour {{firstName}}, de 7 h à 19 h.' });
  await account.send('POST', '/v1/keyword-rules', { word: 'RDV', actions: [{ do: 'answer', text: '12 rue du Four, à Lyon.' }] });
  const found = itemsOf(await account.get(`/v1/conversations?search=${encodeURIComponent('quelle heure')}`));
  const conversation = textOf(found[0] ?? {}, 'id');
  await account.send('POST', `/v1/conversations/${conversation}/notes`, {
    text: `@${state.people.owner.email} Client fidèle, préfère le samedi matin.`,
  });
  await account.send('PATCH', `/v1/conversations/${conversation}`, { flagged: true });
  const answer = { text: 'Dès 7 h ! À samedi.' };
  await account.send('POST', `/v1/conversations/${conversation}/messages`, answer, { 'idempotency-key': crypto.randomUUID() });
  await until('the phone has it', async () =>
    (await phonesSince(state, begun)).received.some(({ text: said }) => said === answer.text) ? true : null,
  );
  await account.send('PATCH', `/v1/conversations/${conversation}`, { state: 'closed' });
  await press(state, phone(1), 'Merci, à samedi !');
  await until('it is open again', async () =>
    (await account.get(`/v1/conversations/${conversation}`))['state'] === 'open' ? true : null,
  );
  const [endpoint = {}] = itemsOf(await account.get('/v1/callback-endpoints'));
  const [delivery = {}] = itemsOf(await account.get('/v1/deliveries?channel=callback&limit=1'));
  const operator = createClient(state.url, state.operatorKey);
  const [carrier = {}] = itemsOf(await operator.get('/v1/operator/carriers'));
  return {
    account,
    conversation,
    campaign: textOf(campaign, 'id'),
    endpoint: textOf(endpoint, 'id'),
    delivery: textOf(delivery, 'id'),
    carrier: textOf(carrier, 'id'),
  };
}

async function signIn(page: Page, { email, password }: DevState['people']['owner']): Promise<void> {
  await page.getByRole('textbox', { name: 'Adresse e-mail' }).fill(email);
  await page.getByLabel('Mot de passe').fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await signedIn(page, 'fr');
}

const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-screenshots-'));
try {
  await using dev = await startDev({ dataDir, log: pino({ level: 'warn' }), progress: say });
  await using browser = await startBrowser();
  const page = await browser.open({ colorScheme: 'light', viewport: WIDE });
  await mkdir(FOLDER, { recursive: true });
  const take = async (name: string, path: string, shown: string | RegExp, prepare = async () => {}): Promise<void> => {
    await page.goto(`${dev.state.url}${path}`);
    await page.getByText(shown).first().waitFor();
    await prepare();
    await page.waitForLoadState('load');
    await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
    say(name);
  };
  await page.goto(dev.state.url);
  await signIn(page, dev.state.people.owner);
  await take('first-steps', '/start', 'Envoyer un premier SMS');
  const ids = await live(dev.state);
  const takeMatrix = async (): Promise<void> => {
    const pages = {
      chat: ['/chat', 'OUI merci'],
      thread: [`/chat/${ids.conversation}`, 'Dès 7 h'],
      received: ['/replies', 'Avec plaisir'],
      campaigns: ['/campaigns', 'Ouverture du fournil'],
      composer: ['/campaigns/new', 'Nouvelle campagne'],
      campaign: [`/campaigns/${ids.campaign}`, 'Réponses à cette campagne'],
      analytics: ['/analytics', 'Réponses par jour'],
      callbacks: ['/settings/callback', 'Par callback'],
      endpoint: [`/settings/callback/${ids.endpoint}`, 'reply.received'],
      delivery: [`/settings/callback/${ids.endpoint}?delivery=${ids.delivery}`, /^Tentative 1/],
      contacts: ['/contacts', 'Maëlle'],
    } as const;
    const operators = {
      status: ['/operator/status', 'Connexions'],
      carrier: [`/operator/carriers/${ids.carrier}`, 'Connectée'],
    } as const;
    const takeAll = async (all: Record<string, readonly [path: string, shown: string | RegExp]>): Promise<void> => {
      for (const width of WIDTHS)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          for (const [name, [path, shown]] of Object.entries(all)) await take(`${name}-${width}-${colorScheme}`, path, shown);
        }
    };
    await takeAll(pages);
    await page.goto(dev.state.url);
    await signOut(page, 'fr');
    await signIn(page, dev.state.people.operator);
    await takeAll(operators);
  };
  const takeDocs = async (): Promise<void> => {
    await take('chat', `/chat/${ids.conversation}`, 'Dès 7 h', () =>
      page.getByRole('listitem').filter({ hasText: 'Dès 7 h' }).getByText('Remis').waitFor(),
    );
    await page.setViewportSize(PHONE);
    await page.emulateMedia({ colorScheme: 'dark' });
    await take('chat-phone', '/chat', 'OUI merci');
    await take('thread-phone', `/chat/${ids.conversation}`, 'Dès 7 h');
    await page.setViewportSize(WIDE);
    await take('chat-dark', `/chat/${ids.conversation}`, 'Dès 7 h');
    await page.emulateMedia({ colorScheme: 'light' });
    await take('received', '/replies', 'Avec plaisir');
    await take('campaigns', '/campaigns', 'Ouverture du fournil');
    await take('composer', '/campaigns/new', 'Nouvelle campagne', async () => {
      const list = PEOPLE.map((prenom, index) => `${prenom};${phone(index)}`).join('\n');
      const text = 'Bonjour {{prenom}}, le marché de Noël ouvre samedi. Viendrez-vous ?';
      await compose(page, 'Marché de Noël', text, `prenom;mobile\n${list}`);
      await toStep(page, 'Vérifier et envoyer');
      await page.getByRole('table', { name: 'Par pays' }).waitFor();
      await page.getByText('Brouillon enregistré').waitFor();
      await page
        .getByText(/^Bonjour \w+, le marché/)
        .first()
        .waitFor();
      await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
    });
    await take('campaign', `/campaigns/${ids.campaign}`, 'Réponses à cette campagne');
    await take('analytics', '/analytics', 'Réponses par jour');
    await take('callbacks', '/settings/callback', 'Par callback');
    await take('endpoint', `/settings/callback/${ids.endpoint}`, 'reply.received');
    await take('delivery', `/settings/deliveries/${ids.delivery}`, /^Tentative 1/);

    await page.goto(dev.state.url);
    await signOut(page, 'fr');
    await signIn(page, dev.state.people.operator);
    await take('status', '/operator/status', 'Connexions');
    await take('carrier', `/operator/carriers/${ids.carrier}`, 'Connectée');

    // An endpoint that fails, as an operator sees its run.
    dev.world.endpoint.behave({ mode: 'status', status: 500 });
    await press(dev.state, phone(10), 'OUI');
    // The last that this phone got came from a SIM, and so its reply comes with a sync.
    await syncSixHoursLater(dev.state);
    const health = `/v1/callback-endpoints/${ids.endpoint}/health`;
    await until('it is unsteady', async () => ((await ids.account.get(health))['health'] === 'unsteady' ? true : null));
    const query = encodeURIComponent(`EndpointId="${ids.endpoint}"`);
    await page.goto(`${dev.state.temporalUi}/namespaces/aller-retour/workflows?query=${query}`);
    const run = page.getByRole('link', { name: `endpoint/${ids.endpoint}` }).first();
    await page.goto(new URL((await run.getAttribute('href')) ?? '', page.url()).href);
    await page.getByRole('tab', { name: 'User Metadata' }).click();
    await until('the run tells of it', async () => {
      // The page asks a run once, and again at this key; what it tells is shown in a frame of its own.
      await page.keyboard.press('r');
      await page.waitForTimeout(1000);
      const shown = await Promise.all(page.frames().map((frame) => frame.content()));
      return shown.some((text) => /(?:unsteady|open), \d+ waiting/.test(text)) ? true : null;
    });
    await page.screenshot({ path: join(FOLDER, 'failing-endpoint.png'), animations: 'disabled' });
    say('failing-endpoint');
  };
  await (matrix === undefined ? takeDocs() : takeMatrix());
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();
