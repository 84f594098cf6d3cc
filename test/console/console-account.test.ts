import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { until } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { signInAs } from '../fixtures/console/by-hand.ts';
import { timePasses } from '../fixtures/states/time.ts';

const OWNER = 'gerante@boulangerie.example';

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  const ways = { email: false, callback: false };
  started = await startConsole({ env: { PUBLIC_URL: 'https://sms.example' }, ways, sweepEveryMs: 1000 });
  page = await started.browser.open();
  await createOwner(started.app.config.DATABASE_URL, OWNER, started.app.accountId);
  await signInAs(page, started.app, OWNER);
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

const button = (name: string) => page.getByRole('button', { name, exact: true });
const visit = (path: string) => page.goto(`${started.app.url}${path}`);

test('the login and the policy of programs written for Octopush are set in the console', async () => {
  const { app } = started;
  await visit('/settings/keys');
  await page.getByRole('textbox', { name: 'Login' }).fill('me@example.com');
  await button('Save').click();
  await until('it is kept', async () => (await app.account.get('/v1/account'))['octopushLogin'] === 'me@example.com');
  expect(await axe(page)).toEqual([]);
  await visit('/settings/policies');
  await page.getByLabel('Marketing to France without a word of STOP').selectOption({ label: 'Refuse' });
  await button('Save').click();
  await until('it is kept', async () => (await app.account.get('/v1/policies'))['missingStop'] === 'refuse');
}, 60_000);

test('an address that is not confirmed is shown so, and its link is sent again when it may be', async () => {
  const { app } = started;
  await visit('/settings/callback');
  await page.getByRole('textbox', { name: 'New e-mail address' }).fill('nouvelle@boulangerie.example');
  await button('Add the address').click();
  await page.getByText('Not confirmed').waitFor();
  expect(await axe(page)).toEqual([]);
  await button('Send the link again to nouvelle@boulangerie.example').click();
  await page
    .getByRole('alert')
    .getByText(/ten minutes/)
    .waitFor();
  await timePasses(app.db, '11 minutes', { notices: ['created_at'] });
  await button('Send the link again to nouvelle@boulangerie.example').click();
  await page.getByText('On its way.').waitFor();
}, 60_000);

test('an owner closes the account by its name, is told until when it opens again, and opens it', async () => {
  const { app } = started;
  const name = textOf(await app.account.get('/v1/account'), 'name');
  await visit('/settings/team');
  await button('Close the account').click();
  const asked = page.getByRole('alertdialog');
  expect(await asked.getByRole('button', { name: 'Close the account' }).isDisabled()).toBe(true);
  await asked.getByRole('textbox', { name: 'Name of the account' }).fill(name);
  expect(await axe(page)).toEqual([]);
  await asked.getByRole('button', { name: 'Close the account' }).click();
  await page.getByText(/This account is closed\. It is erased on/).waitFor();
  await visit('/campaigns');
  await page.getByText(/This account is closed/).waitFor();
  expect(await axe(page)).toEqual([]);
  await button('Open it again').click();
  await page.getByText(/This account is closed/).waitFor({ state: 'detached' });
  expect((await app.account.get('/v1/account'))['closing']).toBe(null);
}, 60_000);

test('an endpoint, a saved answer and a keyword change in place, and keep what was not touched', async () => {
  const { app } = started;
  const made = await app.account.send('POST', '/v1/callback-endpoints', { url: `${app.world.endpoint.url}/avant` });
  const id = textOf(made, 'id');
  const before = await app.account.get(`/v1/callback-endpoints/${id}`);
  await visit(`/settings/callback/${id}`);
  await button('Change').click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('textbox', { name: 'Address', exact: true }).fill(`${app.world.endpoint.url}/apres`);
  await dialog.getByText('Events (1)').click();
  await dialog.getByText('message.delivered', { exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Time to answer (seconds)' }).fill('7');
  await dialog.getByText('Strict order').click();
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('heading', { name: `${app.world.endpoint.url}/apres` }).waitFor();
  expect(await app.account.get(`/v1/callback-endpoints/${id}`)).toEqual({
    ...before,
    url: `${app.world.endpoint.url}/apres`,
    types: ['reply.received', 'message.delivered'],
    timeoutMs: 7000,
    ordered: true,
  });

  await app.account.send('POST', '/v1/canned-answers', { name: 'Horaires', text: 'De 7 h à 19 h' });
  await visit('/settings/canned');
  await button('Change').click();
  await dialog.getByRole('textbox', { name: 'Text' }).fill('De 8 h à 20 h');
  await dialog.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('cell', { name: 'De 8 h à 20 h' }).waitFor();

  const rule = { word: 'RDV', number: '38015', actions: [{ do: 'answer', text: '3 rue des Lilas' }] };
  await app.account.send('POST', '/v1/keyword-rules', rule);
  await visit('/settings/keywords');
  await button('Change').click();
  await dialog.getByRole('button', { name: 'Add an action' }).click();
  await dialog.getByRole('textbox', { name: 'Name of the tag' }).fill('rendez-vous');
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Change' }).click();
  await page.getByText('rendez-vous').waitFor();
  const kept = await app.account.get('/v1/keyword-rules');
  expect(kept['items']).toMatchObject([
    { word: 'rdv', number: '38015', actions: [...rule.actions, { do: 'tag', tag: 'rendez-vous' }] },
  ]);
}, 60_000);

test('limits and usage are set on both sides, a name is asked for and confirmed, an id is found', async () => {
  const { app } = started;
  await visit('/settings/spend');
  await page.getByRole('textbox', { name: 'A day (€)' }).fill('12,50');
  await button('Save').click();
  await until('it is set', async () => JSON.stringify(await app.account.get('/v1/spend-limits')).includes('"12.50"'));
  expect(await axe(page)).toEqual([]);
  await visit('/settings/sender');
  await page.getByRole('textbox', { name: 'A name of 3 to 11 letters and digits' }).last().fill('Fournil');
  await button('Ask for confirmation').click();
  await page.getByRole('cell', { name: 'Fournil' }).waitFor();
  expect(await axe(page)).toEqual([]);

  const made = textOf(await app.account.send('POST', '/v1/callback-endpoints', { url: `${app.world.endpoint.url}/x` }), 'id');
  await signInAs(page, app, 'operator@aller-retour.example');
  await visit('/operator/requests');
  await button('Confirm').click();
  await page.getByRole('alertdialog').getByRole('textbox', { name: 'Reason' }).fill('Leur enseigne');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('No name is waiting').waitFor();
  expect((await app.account.get('/v1/brands'))['items']).toMatchObject([{ sender: 'Fournil', state: 'confirmed' }]);
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill(made);
  await page.getByRole('menuitem', { name: /^Callback of/ }).click();
  await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
  await visit(`/operator/accounts/${app.accountId}`);
  await page.getByText('€12.50 a day').waitFor();
  await page.getByRole('textbox', { name: 'A month (€)' }).fill('100');
  await button('Save').first().click();
  await until('it is set', async () => JSON.stringify(await app.account.get('/v1/spend-limits')).includes('"100.00"'));
  await signInAs(page, app, OWNER);
}, 60_000);

test('an operator goes from an alarm to its cause by three clicks at most', async () => {
  const { app } = started;
  const { smsc, ports } = app.world;
  app.log.expect(/refuses our login/);
  const settings = { host: '127.0.0.1', port: ports.smsc, systemId: smsc.systemId, password: 'wrong', reconnectMinMs: 100 };
  await app.operator.send('POST', '/v1/operator/carriers', { name: 'night-smsc', type: 'smpp', settings });
  const open = async () => itemsOf(await app.operator.get('/v1/operator/alarms?open=true'));
  await until('its login is refused', async () => (await open()).length > 0);
  await signInAs(page, app, 'operator@aller-retour.example');
  await visit('/operator');
  await page.getByRole('main').getByRole('link', { name: 'Alarms', exact: true }).click();
  await page.getByRole('link', { name: 'night-smsc' }).click();
  await page.getByRole('heading', { name: 'night-smsc', level: 1 }).waitFor();
  await page.getByRole('row', { name: /Login refused.*ESME_RINVPASWD/ }).waitFor();
  expect(await axe(page)).toEqual([]);
}, 60_000);
