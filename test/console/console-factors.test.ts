import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { enter, signInAs, signOut } from '../fixtures/console/by-hand.ts';
import { timePasses } from '../fixtures/states/time.ts';

const OWNER = 'gerante@boulangerie.example';

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ env: { PUBLIC_URL: 'https://sms.example' }, ways: { email: false, callback: false } });
  page = await started.browser.open();
  await createOwner(started.app.config.DATABASE_URL, OWNER, started.app.accountId);
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

const button = (name: string) => page.getByRole('button', { name, exact: true });

test('a person sees their sessions and ends another one', async () => {
  const password = await signInAs(page, started.app, OWNER);
  const headers = { 'content-type': 'application/json', 'x-requested-with': 'elsewhere' };
  const body = JSON.stringify({ email: OWNER, password });
  const elsewhere = await fetch(`${started.app.url}/v1/session`, { method: 'POST', headers, body });
  const cookie = elsewhere.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const look = () => fetch(`${started.app.url}/v1/session`, { headers: { cookie } });
  expect((await look()).status).toBe(200);
  await page.goto(`${started.app.url}/me`);
  await page.getByRole('heading', { name: 'Your sessions' }).waitFor();
  await page.getByText('This one', { exact: true }).waitFor();
  expect(await axe(page)).toEqual([]);
  await button('End it').click();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('alertdialog').getByRole('button', { name: 'End it' }).click();
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  expect((await look()).status).toBe(401);
}, 60_000);

test('before a key is made the password is asked for again in its place, in French too', async () => {
  const password = await signInAs(page, started.app, OWNER, 'fr');
  await timePasses(started.app.db, '11 minutes', { sessions: ['confirmed_at'] });
  await page.goto(`${started.app.url}/settings/keys`);
  await page.getByRole('textbox', { name: 'Nom' }).fill('boutique');
  await button('Créer la clé').click();
  await page.getByLabel('Mot de passe', { exact: true }).fill(password);
  expect(await axe(page)).toEqual([]);
  await button('Confirmer le mot de passe').click();
  await page.getByText('C’est confirmé pour dix minutes.').waitFor();
  await button('Créer la clé').click();
  await page.getByText(/^ar_/).first().waitFor();
}, 60_000);

test('who must have an authenticator is led to it at sign-in, and goes on after recovery codes', async () => {
  const password = await signInAs(page, started.app, OWNER);
  await page.goto(`${started.app.url}/settings/team`);
  await page.getByText('Require an authenticator').click();
  await button('Save').click();
  await page.getByRole('heading', { name: 'An authenticator is required' }).waitFor();
  await button('Sign out').click();
  await enter(page, OWNER, password);
  await page.getByRole('heading', { name: 'An authenticator is required' }).waitFor();
  expect(await page.getByRole('navigation').count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  await button('Set up').click();
  const secret = String(await page.getByRole('status').locator('code').textContent()).replaceAll(' ', '');
  await page.getByRole('textbox', { name: 'Six-digit code' }).fill(new TOTP({ secret }).generate());
  await button('Confirm').click();
  await page.getByRole('status').getByRole('listitem').nth(9).waitFor();
  await button('Go on').click();
  await page.getByRole('navigation').first().waitFor();
}, 60_000);

test('an owner claims a domain; a bad provider is refused by name, and the way in says why', async () => {
  await page.goto(`${started.app.url}/settings/sign-on`);
  await page.getByRole('textbox', { name: 'Domain' }).fill('boulangerie.example');
  await button('Add the domain').click();
  await page.getByText(/^_aller-retour\.boulangerie\.example TXT/).waitFor();
  await page.getByRole('textbox', { name: 'Issuer' }).fill('https://login.invalid');
  await page.getByRole('textbox', { name: 'Client ID' }).fill('sms');
  await page.getByLabel('Client secret').fill('secret');
  await button('Save').click();
  await page.getByRole('alert').waitFor();
  expect(await axe(page)).toEqual([]);
  await signOut(page);
  await page.goto(`${started.app.url}/?refused=sign-on-removed`);
  await page.getByText('You were removed from the account. An owner may invite you again.').waitFor();
  expect(await axe(page)).toEqual([]);
  await button('By your organisation').click();
  await page.getByText('There is no single sign-on for this address.').waitFor();
}, 60_000);
