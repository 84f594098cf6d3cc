import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changePerson, createOwner } from '../../cli/admin.ts';
import { createClient, itemsOf, textOf } from '../../dev/seed.ts';
import { phone, until } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { enter, signInAs } from '../fixtures/console/by-hand.ts';
import { endpointIs, movedTo } from '../fixtures/states/callbacks.ts';

const OPERATOR = 'operator@aller-retour.example';
const OWNER = 'gerante@boulangerie.example';

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole();
  page = await started.browser.open();
  await createOwner(started.app.config.DATABASE_URL, OWNER, started.app.accountId);
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

const signIn = (email: string, locale: 'fr' | 'en' = 'en'): Promise<string> => signInAs(page, started.app, email, locale);
const visit = (path: string) => page.goto(`${started.app.url}${path}`);

test('a reply given to the wrong campaign is given to the right one by hand, where it is read', async () => {
  const { app } = started;
  // With two codes to reply to, the third shares the one of an earlier.
  for (const name of ['Rentrée', 'Portes ouvertes', 'Soldes']) await app.ended(await app.campaign([{ to: phone(1) }], { name }));
  await app.world.phones.reply(phone(1), 'Oui pour la rentrée');
  await until('the reply is filed', async () => (await app.replies()).length === 1);
  await signIn(OWNER);
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  await page.getByRole('row', { name: '+33 6' }).click();
  await page.getByText('To “Soldes” · Why this campaign?').click();
  await page.getByText('Answers the campaign “Soldes”.').waitFor();
  await page.getByText('Not this one?').click();
  const choice = page.getByLabel('Campaign that this reply answers');
  const other = (await choice.locator('option').allTextContents()).find((name) => /Rentrée|Portes/.test(name)) ?? '';
  await choice.selectOption({ label: other });
  await page.getByRole('button', { name: 'Correct' }).click();
  await page.getByText(`Answers the campaign “${other}”.`).waitFor();
  await page.getByText('A person corrected it.').waitFor();
  await page.getByText(`To “${other}” · Why this campaign?`).waitFor();
  const line = page.getByRole('list', { name: 'What was sent to them' }).getByRole('listitem');
  await line.and(page.locator('[aria-current]')).filter({ hasText: other }).waitFor();
  await line.last().filter({ hasText: 'This reply' }).waitFor();
  expect((await app.replies())[0]).toMatchObject({ attribution: { method: 'corrected' }, campaign: { name: other } });
}, 60_000);

test('a session that ends says so; who signs in again is where they were, with what they wrote', async () => {
  const { app } = started;
  const password = await signIn(OWNER);
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  await page.getByRole('row', { name: '+33 6' }).click();
  await page.getByRole('textbox', { name: 'Your answer' }).fill('Entendu, à samedi');
  const there = page.url();
  await changePerson(app.config.DATABASE_URL, OWNER, 'end-sessions');
  // The page looks for what is new, and is refused.
  // Nothing new arrives that would have the page ask.
  await page.getByText('Your session has ended.').waitFor();
  await app.world.phones.reply(phone(1), 'Vous êtes là ?');
  expect(await axe(page)).toEqual([]);
  await enter(page, OWNER, password);
  await page.getByRole('log').getByText('Oui pour la rentrée').waitFor();
  expect(page.url()).toBe(there);
  expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe('Entendu, à samedi');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await until('the phone has it, once', () => app.world.phones.received.some(({ text }) => text === 'Entendu, à samedi'));
}, 60_000);

test('received SMS are searched, shown by columns and views of one’s own, saved as a workbook', async () => {
  const { app } = started;
  await app.world.phones.reply(phone(1), 'RÉSERVER pour deux');
  await until('it is filed', async () => (await app.replies()).length === 3);
  await signIn(OWNER);
  await visit('/replies');
  await page.getByRole('cell', { name: 'Oui pour la rentrée' }).waitFor();
  await page.getByRole('searchbox', { name: 'Search in the text' }).fill('reserv');
  await until('one is left', async () => (await page.getByRole('row').count()) === 2);
  // The first choice takes longer to be kept than the second takes to be made.
  let answered = 0;
  page.on('response', (response) => (answered += response.url().endsWith('/reply-views/columns') ? 1 : 0));
  await page.route('**/v1/reply-views/columns', (route) => setTimeout(() => void route.continue(), 500), { times: 1 });
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'To', exact: true, checked: true }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Type', checked: false }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('columnheader', { name: 'Type' }).waitFor();
  await page.getByRole('button', { name: 'Save view' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Réservations');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Réservations' }).waitFor();
  await until('both choices are kept', () => answered === 2);
  await page.reload();
  await page.getByRole('columnheader', { name: 'Type' }).waitFor();
  expect(await page.getByRole('columnheader').allTextContents()).toEqual(['', 'Received', 'From', 'Text', 'Campaign', 'Type']);
  // What is filtered is in the address, and so is there after it was loaded again.
  expect(await page.getByRole('row').count()).toBe(2);
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await until('all are there', async () => (await page.getByRole('row').count()) === 4);
  await page.getByText('3 replies', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'None' }).click();
  await page.getByRole('menuitemradio', { name: 'Réservations' }).click();
  await until('the view is open', async () => (await page.getByRole('row').count()) === 2);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as XLSX' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('replies.xlsx');
  await page.getByText('The file is ready.').waitFor();
  // Of some alone, which are tagged together too.
  await page.getByRole('checkbox', { name: 'Choose this row' }).check();
  const some = page.getByRole('toolbar', { name: '1 replies chosen' });
  const [file] = await Promise.all([page.waitForEvent('download'), some.getByRole('button', { name: 'Export as CSV' }).click()]);
  const rows = readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(rows).toMatchObject([expect.anything(), expect.stringContaining('RÉSERVER pour deux')]);
  await some.getByRole('button', { name: 'Add the tag' }).click();
  await page.getByRole('textbox', { name: 'New tag' }).fill('table de deux');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Add the tag' }).click();
  await until('it is tagged', async () => itemsOf(await app.account.get('/v1/conversations?tag=table+de+deux')).length === 1);
  // A row opens its conversation.
  await page.getByRole('cell', { name: 'RÉSERVER pour deux' }).click();
  await page.getByRole('log').getByText('RÉSERVER pour deux').waitFor();
}, 60_000);

test('an account says its hours and how long it keeps texts; an operator sets routes and prices', async () => {
  const { app } = started;
  await signIn(OWNER);
  await visit('/settings/out-of-hours');
  await page.getByRole('checkbox', { name: 'Answer out of hours' }).check({ force: true });
  await page.getByRole('textbox', { name: 'Text of the answer out of hours' }).fill('Fermé, à demain !');
  await page.getByRole('button', { name: 'Remove Monday, from 09:00 to 18:00' }).click();
  await page.getByRole('button', { name: 'Add hours, Saturday' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await until('it is set', async () => (await app.account.get('/v1/out-of-hours'))['enabled'] === true);
  const hours = itemsOf({ items: (await app.account.get('/v1/out-of-hours'))['hours'] });
  expect(hours.map(({ day }) => day)).toEqual([2, 3, 4, 5, 6]);
  await app.account.send('PUT', '/v1/out-of-hours', { enabled: false, text: '', hours: [] });
  await visit('/settings/retention');
  await page.getByLabel('Keep texts').selectOption({ label: '13 months' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Save' }).click();
  await until('it is kept', async () => (await app.account.get('/v1/policies'))['keepTextsDays'] === 396);
  // Somebody else changes one thing while another is changed here: both stay.
  await visit('/settings/policies');
  await page.getByLabel('Marketing outside the hours').selectOption({ label: 'Wait, then send by itself' });
  await app.account.send('PATCH', '/v1/policies', { keepTextsDays: 731 });
  await page.getByRole('button', { name: 'Save' }).click();
  await until('the hours are kept', async () => (await app.account.get('/v1/policies'))['quietHours'] === 'hold');
  expect(await app.account.get('/v1/policies')).toMatchObject({ keepTextsDays: 731 });
  await app.account.send('PATCH', '/v1/policies', { quietHours: 'warn' });

  await signIn(OPERATOR);
  await visit('/operator/accounts');
  const campaign = textOf(itemsOf(await app.account.get('/v1/campaigns'))[0] ?? {}, 'id');
  await page.getByRole('textbox', { name: 'Address of its page, or its id' }).fill(`${app.url}/campaigns/${campaign}`);
  await page.getByText(`campaign/${campaign}`).waitFor();
  await visit('/operator/numbers');
  await page.getByRole('textbox', { name: 'Number' }).fill('+33644700001');
  await page.getByLabel('Carrier').selectOption({ label: 'demo-smsc (Premium)' });
  await page.getByLabel('Account').selectOption({ index: 1 });
  await page.getByRole('button', { name: 'Add the number' }).click();
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('Erreur de saisie');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take back' }).click();
  await until('nobody rents it', async () => (await page.getByRole('button', { name: 'Take back' }).count()) === 0);
  await visit('/operator/prices');
  await page.getByRole('textbox', { name: 'Price' }).fill('0,0455');
  await page.getByRole('button', { name: 'Add the price' }).click();
  await page.getByRole('cell', { name: '€0.0455' }).waitFor();
  await visit('/operator/routes');
  await page.getByLabel('Carrier').selectOption({ label: 'demo-smsc (Premium)' });
  await page.getByRole('textbox', { name: 'Country' }).fill('fr');
  await page.getByRole('button', { name: 'Add the line' }).click();
  await page.getByRole('row', { name: /FR demo-smsc/ }).waitFor();
}, 60_000);

/** Every address of the console, as `routes.tsx` names them: a new one is looked at without being named here. */
function addresses(): string[] {
  const source = readFileSync(new URL('../../console/routes.tsx', import.meta.url), 'utf8');
  const found = [...source.matchAll(/(?:\bpage\(\s*|\bsparePage\(\s*|getParentRoute: \(\) => )(\w+),\s+(?:path: )?'([^']+)'/g)];
  return found.map(([, parent = '', path = '']) => (parent === 'root' ? path : `/${parent}${path}`));
}

const WIDTH = `Math.max(document.documentElement.scrollWidth, document.querySelector('main')?.scrollWidth ?? 0)`;
const A_DRAFT = { name: 'Brouillon', route: 'premium', withReplies: true, text: 'Bonjour' };

test('axe finds nothing on any page, light or dark, wide or narrow; each fits a phone', async () => {
  const { app } = started;
  const operator = createClient(app.url, app.operatorKey);
  const idOf = async (path: string, client = app.account): Promise<string> =>
    textOf(itemsOf(await client.get(path))[0] ?? {}, 'id');
  await app.account.send('PUT', '/v1/contacts', { phone: phone(1), tags: [] });
  const ids: Record<string, string> = {
    '/chat/$id': await idOf('/v1/conversations'),
    '/campaigns/$id': await idOf('/v1/campaigns'),
    '/campaigns/$id/edit': textOf(await app.account.send('POST', '/v1/campaigns/drafts', A_DRAFT), 'id'),
    '/contacts/$id': await idOf('/v1/contacts'),
    '/settings/callback/$id': await idOf('/v1/callback-endpoints'),
    '/settings/deliveries/$id': await idOf('/v1/deliveries'),
    '/operator/accounts/$id': await idOf('/v1/operator/accounts', operator),
    '/operator/endpoints/$id': await idOf('/v1/callback-endpoints'),
    '/operator/carriers/$id': await idOf('/v1/operator/carriers', operator),
  };
  const all = addresses();
  expect(all.length).toBeGreaterThan(50);
  expect(all.filter((path) => path.includes('$') && !ids[path])).toEqual([]);
  const bad: string[] = [];
  for (const [email, locale, mine] of [
    [OWNER, 'fr', all.filter((path) => !path.startsWith('/operator'))],
    [OPERATOR, 'en', all.filter((path) => path.startsWith('/operator'))],
  ] as const) {
    await signIn(email, locale);
    const look = async (path: string): Promise<void> => {
      const light = await axe(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await axe(page, ['color-contrast']);
      await page.emulateMedia({ colorScheme: 'light' });
      bad.push(...[...light, ...dark].map((fault) => `${path} ${fault}`));
    };
    for (const path of mine) {
      await visit(path.replace('$id', ids[path] ?? ''));
      await until(`${path} has a heading`, () => page.locator('h1').first().isVisible());
      await until(`${path} is loaded`, async () => (await page.getByText(/^(?:Loading|Chargement)…$/).count()) === 0);
      await look(path);
      await page.setViewportSize({ width: 390, height: 800 });
      // A chart is drawn anew a moment after its place has changed.
      await until(`${path} fits a phone`, async () => Number(await page.evaluate(WIDTH)) <= 390, 5000);
      await look(`${path} on a phone`);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
  }
  expect(bad).toEqual([]);
}, 300_000);

test('an operator reads whose callbacks fail, at an address without secrets, and what is owed', async () => {
  const { app } = started;
  const id = textOf(itemsOf(await app.account.get('/v1/callback-endpoints'))[0] ?? {}, 'id');
  await movedTo(app.db, id, 'https://hooks.boulangerie.example/in?token=t0ken');
  await endpointIs(app.db, id, { state: 'open', failures: 3 });
  await signIn(OPERATOR);
  await visit('/operator/endpoints');
  const row = page.getByRole('row').filter({ hasText: 'hooks.boulangerie.example' });
  await row.getByRole('link', { name: 'Boulangerie Démo' }).waitFor();
  expect(await page.getByText('t0ken').count()).toBe(0);
  await row.getByRole('link', { name: 'hooks.boulangerie.example' }).click();
  await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
});
