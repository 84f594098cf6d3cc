import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner, setPassword } from '../../cli/admin.ts';
import { createClient, textOf } from '../../dev/seed.ts';
import { phone, until, type App } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { compose, enter, fromAccountMenu, sendReviewed, signedIn, signOut, toStep } from '../fixtures/console/by-hand.ts';
import { timePasses } from '../fixtures/states/time.ts';

const OPERATOR = 'operator@aller-retour.example';
const OWNER = 'patronne@boulangerie.example';

/** An owner of the app's account, and their password. */
async function owner(app: App): Promise<string> {
  await createOwner(app.config.DATABASE_URL, OWNER, app.accountId);
  return setPassword(app.config.DATABASE_URL, OWNER);
}

/** One app and one page for all of these: a browser of its own for each would take longer than what they look at. */
let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  // What failed is tried again by hand, and by nobody else meanwhile.
  started = await startConsole({ callbackSchedule: [0, 600_000] });
  page = await started.browser.open();
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

/** Chooses from a menu of the page. */
async function choose(menu: string, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: menu }).click();
  await page.getByRole(menu === 'Assign' ? 'menuitemradio' : 'menuitem', { name }).click();
}

const clean = async (where: string) => expect({ where, found: await axe(page) }).toEqual({ where, found: [] });

/** Whatever the page was before: in English, wide, and nobody's. */
async function signIn(email: string, password: string): Promise<void> {
  page.troubles.length = 0;
  await page.context().clearCookies();
  await page.goto(started.app.url);
  await page.evaluate(`localStorage.setItem('locale', 'en')`);
  await page.reload();
  await page.setViewportSize({ width: 1280, height: 800 });
  await enter(page, email, password);
  await signedIn(page);
}

test('the round trip by hand: sign in, compose, send, an answer live in the chat, one back', async () => {
  const { app } = started;
  const password = await owner(app);

  const first = await page.goto(app.url);
  expect(first?.headers()['content-security-policy']).toMatch(
    /^default-src 'self'; style-src 'self'(?: 'sha256-[^']+'){2}; img-src/,
  );
  await page.getByRole('textbox', { name: 'Adresse e-mail' }).fill(OWNER);
  await page.getByLabel('Mot de passe').fill(password);
  await clean('sign in');
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByRole('heading', { name: 'Premiers pas', level: 1 }).waitFor();
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  await page.getByRole('heading', { name: 'Pas encore de conversation' }).waitFor();
  await clean('an empty chat');

  await page.getByRole('link', { name: 'Campagnes' }).click();
  await page.getByRole('link', { name: 'Nouvelle campagne' }).click();
  await compose(page, 'Rentrée', 'Bonjour {{prenom}}, à samedi ? œ', `prenom;mobile\nZoé;${phone(1)}\nLéo;${phone(2)}`);
  await page.getByText('Bonjour Zoé, à samedi ? œ').waitFor();
  await clean('the recipients of a campaign');
  await toStep(page, 'Message');
  await page.getByText('Font passer le SMS à 70 caractères').waitFor();
  await clean('the composer');
  await sendReviewed(page, 'Envoyer à 2 destinataires');
  await page.getByText('2 sur 2 envoyés').waitFor();
  await clean('a campaign');
  expect(app.world.phones.received.map(({ text }) => text).toSorted()).toEqual([
    expect.stringMatching(/^Bonjour Léo, à samedi \? œ STOP au \d{5}$/),
    expect.stringMatching(/^Bonjour Zoé, à samedi \? œ STOP au \d{5}$/),
  ]);

  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  await app.world.phones.reply(phone(1), 'Oui, avec plaisir');
  await page.getByRole('row', { name: '+33 6' }).click();
  await page.getByRole('log').getByText('Oui, avec plaisir').waitFor();
  await page.getByText('Pourquoi cette campagne ?').click();
  await page.getByText('Répond à la campagne « Rentrée ».').waitFor();
  await page.keyboard.press('r');
  await page.getByRole('textbox', { name: 'Votre réponse' }).fill('À samedi !');
  await page.keyboard.press('Control+Enter');
  await until('the phone has the answer', () => app.world.phones.received.some(({ text }) => text === 'À samedi !'));
  await page.getByRole('listitem').filter({ hasText: 'À samedi !' }).getByText('Remis').waitFor();
  await app.world.phones.reply(phone(1), 'STOP');
  await page.getByText('a demandé à ne plus recevoir vos SMS').waitFor();
  await clean('a conversation');

  await page.getByRole('link', { name: 'Tableau' }).click();
  await page.getByRole('cell', { name: 'Oui, avec plaisir' }).waitFor();
  await clean('received SMS');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Exporter en CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('replies.csv');
  const file = await page.evaluate(async () => (await fetch('/v1/replies.csv')).text());
  expect(
    file
      .trim()
      .split('\r\n')
      .map((line) => line.split(',')[3]),
  ).toEqual(['text', 'STOP', '"Oui']);

  await fromAccountMenu(page, 'menuitemradio', 'English', 'fr');
  await page.getByRole('heading', { name: 'Received SMS' }).waitFor();
  await page.setViewportSize({ width: 375, height: 700 });
  for (const name of ['Campaigns', 'SMS Chat', 'Contacts']) {
    await page.getByRole('link', { name: new RegExp(`^${name}`) }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(375);
    await clean(`${name}, narrow`);
  }
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(page.troubles).toEqual([]);
}, 180_000);

test('an owner adds a callback, sees its secret once, watches an outage, sends again what failed', async () => {
  const { app } = started;
  await signIn(OWNER, await setPassword(app.config.DATABASE_URL, OWNER));
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Callbacks', level: 1 }).waitFor();
  const url = `${app.world.endpoint.url}/hook/shop`;
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill(url);
  await page.getByRole('button', { name: 'Add the callback' }).click();
  const secret = await page.getByText(/^whsec_/).textContent();
  app.world.endpoint.addSecret(String(secret));
  await page.getByRole('tab', { name: 'Try it' }).click();
  await page.getByRole('button', { name: 'Send a ping' }).click();
  await page.getByText('First byte').waitFor();
  await clean('an endpoint');

  app.world.endpoint.behave({ name: 'shop', mode: 'status', status: 503 });
  await app.world.phones.reply(phone(2), 'Non merci');
  await until('the endpoint was called', () => app.world.endpoint.calls.some(({ answered }) => answered === 503));
  await page.reload();
  await page.getByRole('tab', { name: 'Deliveries' }).click();
  await page.getByRole('cell', { name: '503' }).waitFor();
  await page.getByRole('cell', { name: 'reply.received' }).click();
  await page.getByRole('heading', { name: /Attempt 1/ }).waitFor();
  await page.getByText('status 503').waitFor();
  await page.getByText('"text": "Non merci"').waitFor();
  await clean('a delivery');
  app.world.endpoint.behave({ name: 'shop', mode: 'ok' });
  await page.getByRole('button', { name: 'Try again now' }).click();
  await page.getByRole('dialog').getByText('Accepted').waitFor();
  // What is open has an address of its own.
  await page.reload();
  await page.getByRole('dialog').getByText('Accepted').waitFor();
  await page.keyboard.press('Escape');
  await page
    .getByRole('cell', { name: /^\d+ ms$/ })
    .first()
    .waitFor();
  await page.getByText(/accepted of \d+ attempts in an hour/).waitFor();
  expect(await page.getByText(/^whsec_/).count()).toBe(0);
  await page.getByRole('tab', { name: 'Send again' }).click();
  await page.getByText('Also what was accepted').click();
  await page.getByRole('button', { name: 'Count without sending' }).click();
  await page.getByText('1 deliveries').waitFor();
  await page.getByRole('button', { name: 'Send now' }).click();
  await page.getByRole('cell', { name: 'Done' }).waitFor();
  const calls = app.world.endpoint.calls.filter(({ name, body }) => name === 'shop' && body.includes('Non merci'));
  expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
  expect(calls.map(({ answered, verified }) => [answered, verified])).toContainEqual([200, true]);

  for (const name of [
    'API keys',
    'Sender',
    'Keywords',
    'Saved replies',
    'Sending hours and STOP',
    'Opt-outs',
    'Numbers',
    'Personal data',
    'Team',
  ]) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  }
  await signOut(page);
  expect(page.troubles).toEqual([]);
}, 120_000);

test('two people in one conversation: who writes is shown, and nobody answers unawares', async () => {
  const { app } = started;
  await signIn(OWNER, await setPassword(app.config.DATABASE_URL, OWNER));
  await app.account.send('POST', '/v1/canned-answers', { name: 'Merci', text: 'Merci {{firstName}} !' });
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  await page.getByRole('searchbox', { name: 'Search' }).fill('non merci');
  await until('one conversation is left', async () => (await page.getByRole('row').count()) === 1);
  await page.getByRole('row').click();
  await choose('More actions', 'Flag');
  await page.getByText('Flagged', { exact: true }).first().waitFor();
  await page.getByRole('textbox', { name: 'New note' }).fill('Rappeler lundi');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByText('Rappeler lundi').waitFor();
  await choose('Assign', OWNER);
  await page.getByRole('complementary').getByText(OWNER, { exact: true }).waitFor();

  const [id = ''] = new URL(page.url()).pathname.split('/').slice(-1);
  await app.account.send('POST', `/v1/conversations/${id}/answering`);
  await page.getByText('demo is writing an answer').waitFor();
  await clean('a conversation of two people');
  await page.getByRole('textbox', { name: 'Your answer' }).fill('Dommage, à bientôt');
  // What can't be read anew for once takes nothing away of what is there.
  await page.route(`**/v1/conversations/${id}`, (route) => route.fulfill({ status: 503 }), { times: 1 });
  await app.account.send('PATCH', `/v1/conversations/${id}`, { tags: ['fidèle'] });
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('fidèle').first().waitFor();
  expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe('Dommage, à bientôt');
  const key = { 'idempotency-key': 'the-other-one' };
  await app.account.send('POST', `/v1/conversations/${id}/messages`, { text: 'Sans souci !' }, key);
  await page.getByText('Sans souci !').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Somebody else has answered since you looked').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await until('the phone has both', () => app.world.phones.received.some(({ text }) => text === 'Dommage, à bientôt'));
  expect(app.world.phones.received.filter(({ text }) => text === 'Dommage, à bientôt')).toHaveLength(1);

  const answer = page.getByRole('textbox', { name: 'Your answer' });
  await until('it is sent', async () => (await answer.inputValue()) === '');
  // One whose acceptance is never heard of is the same when it is sent again.
  let losses = 0;
  const lost = async (route: Route): Promise<void> => {
    // The thread is read at the same address.
    if (route.request().method() !== 'POST' || losses++ > 0) return route.fallback();
    await route.fetch();
    await route.abort();
  };
  await page.route(`**/v1/conversations/${id}/messages`, lost);
  await answer.fill('Une seule fois');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('The server does not answer').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await until('it is sent again', async () => (await answer.inputValue()) === '');
  expect(await app.rows(`select from messages where text = 'Une seule fois'`)).toHaveLength(1);
  await page.getByRole('button', { name: 'Saved replies' }).click();
  await page.getByRole('menuitem', { name: 'Merci', exact: true }).press('Enter');
  expect(await answer.inputValue()).toBe('Merci {{firstName}} !');
  await page.getByText('Nothing is known here for {{firstName}}').waitFor();
  expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
  await answer.fill('');

  await choose('Snooze', /^In an hour/);
  await page.getByText('Snoozed until').waitFor();
  await page.getByRole('row', { name: 'Snoozed' }).waitFor();
  const view = (name: RegExp) => page.getByRole('navigation', { name: 'Show' }).getByRole('link', { name }).click();
  await view(/^Open/);
  await page.getByRole('heading', { name: 'No results' }).waitFor();
  await timePasses(app.db, '2 hours', { conversations: ['snoozed_until'] }, { id });
  await choose('More actions', 'Remove the flag');
  await until('it has come back', async () => (await page.getByText('Snoozed until').count()) === 0);
  await page.getByRole('row').waitFor();
  await view(/^All/);
  await choose('More actions', 'Block');
  await page.getByRole('row', { name: 'Blocked' }).waitFor();
  await page.getByRole('button', { name: 'Reopen the conversation' }).click();
  await until('it is open', async () => (await page.getByRole('row', { name: 'Blocked' }).count()) === 0);
  await page.getByRole('link', { name: 'Reports' }).click();
  await page.getByRole('img', { name: /Replies by day/ }).waitFor();
  for (const fold of await page.getByText('Show data', { exact: true }).all()) await fold.click();
  await page.getByRole('cell', { name: 'Rentrée' }).waitFor();
  await clean('analytics');
  await signOut(page);
  // The browser tells of the refusals too.
  expect(page.troubles.splice(0).filter((trouble) => !/409|503|ERR_FAILED/.test(trouble))).toEqual([]);
}, 120_000);

test('an operator approves two-way SMS, and a V0 account that asked finds its own words', async () => {
  const { app } = started;
  const operator = createClient(app.url, app.operatorKey);
  const basis = { platform: 'v0', createdAt: '2015-01-01T00:00:00Z', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const garage = textOf(await operator.send('POST', '/v1/operator/accounts', { name: 'Garage Martin', ...basis }), 'id');
  const key = textOf(await operator.send('POST', `/v1/operator/accounts/${garage}/keys`, { name: 'test' }), 'key');
  const reason = 'Nos clients confirment leurs rendez-vous';
  await createClient(app.url, key).send('POST', '/v1/two-way/request', { reason, expectedVolume: 400 });
  await signIn(OPERATOR, await setPassword(app.config.DATABASE_URL, OPERATOR));
  await page.getByRole('heading', { name: 'Platform status', level: 1 }).waitFor();
  await page
    .getByRole('link', { name: /^Requests/ })
    .first()
    .click();
  await page.getByRole('cell', { name: reason }).waitFor();
  await clean('two-way requests');
  await page.getByRole('textbox', { name: 'Reason' }).fill('Bienvenue');
  await page.getByRole('button', { name: 'Enable' }).click();
  await page.getByRole('heading', { name: 'No requests' }).waitFor();
  await page.getByRole('link', { name: 'Carriers', exact: true }).click();
  await page.getByRole('link', { name: 'demo-smsc' }).click();
  await page.getByText('Bound', { exact: true }).waitFor();
  await page.getByRole('textbox', { name: /\(system_id\)/ }).waitFor();
  await clean('a carrier');
  const lists = 'Accounts, Syncs, Unattributed replies, Countries, Failing callbacks, E-mail, Alarms, Integrity check';
  for (const name of lists.split(', ')) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  }
  await page.getByText('All of it is there').waitFor();
  await signOut(page);

  const martin = 'martin@garage.example';
  await createOwner(app.config.DATABASE_URL, martin, garage);
  await signIn(martin, await setPassword(app.config.DATABASE_URL, martin));
  await page.getByRole('link', { name: 'Reply history' }).click();
  await page.getByRole('heading', { name: 'Reply history', level: 1 }).waitFor();
  expect(await page.getByRole('link', { name: 'SMS Chat' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('the buttons of this page ask for a change').waitFor();
  await page.getByRole('textbox', { name: 'New e-mail address' }).fill(martin);
  await page.getByRole('button', { name: 'Add the address' }).click();
  await page.getByText('Asked for: we will set this up in your account.').waitFor();
  await signOut(page);
  expect(page.troubles).toEqual([]);
}, 120_000);
