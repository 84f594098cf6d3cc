import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { textOf } from '../../dev/seed.ts';
import { until } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { signInAs } from '../fixtures/console/by-hand.ts';

const OWNER = 'gerante@boulangerie.example';

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ env: { PUBLIC_URL: 'https://sms.example' }, ways: { email: false, callback: false } });
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
  await app.rows(`update notices set created_at = created_at - interval '11 minutes'`);
  await button('Send the link again to nouvelle@boulangerie.example').click();
  await page.getByText('On its way.').waitFor();
}, 60_000);

test('an owner closes the account by its name, is told on every page until when it can be opened again, and opens it', async () => {
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
