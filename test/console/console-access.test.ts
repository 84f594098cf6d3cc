import { readFile } from 'node:fs/promises';
import { simpleParser } from 'mailparser';
import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { createClient, textOf } from '../../dev/seed.ts';
import { until } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { enter, fromAccountMenu, signedIn, signInAs, signOut } from '../fixtures/console/by-hand.ts';

const OPERATOR = 'operator@aller-retour.example';
const OWNER = 'gerante@boulangerie.example';
const COLLEAGUE = 'associe@boulangerie.example';
const PUBLIC_URL = 'https://sms.example';
const NEXT = 'une autre longue phrase';

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
/** The owner's recovery codes that open still. */
let kept: string[] = [];
beforeAll(async () => {
  started = await startConsole({ env: { PUBLIC_URL }, ways: { email: false, callback: false } });
  page = await started.browser.open();
  for (const email of [OWNER, COLLEAGUE]) await createOwner(started.app.config.DATABASE_URL, email, started.app.accountId);
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

const button = (name: string) => page.getByRole('button', { name, exact: true });
const box = (name: string) => page.getByRole('textbox', { name, exact: true });

const signIn = (email: string): Promise<string> => signInAs(page, started.app, email);

/** Sets an authenticator up on « Your access », which is open; answers its digits and the recovery codes that are shown. */
async function enrol() {
  await button('Set up').click();
  const secret = String(await page.getByRole('status').locator('code').textContent()).replaceAll(' ', '');
  const digits = (steps: number) => new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
  await box('Six-digit code of your authenticator').fill(digits(0));
  await button('Confirm').click();
  await page.getByText('Asked for at sign-in').waitFor();
  return { digits, codes: await shownCodes() };
}
const shownCodes = () => page.getByRole('status').getByRole('listitem').allTextContents();
const mailTo = async (address: string, subject: string) => {
  const found = await until(`${address} is told: ${subject}`, async () => {
    const all = await Promise.all(
      started.app.world.mailbox.mails.map(({ raw, to }) => simpleParser(raw).then((mail) => ({ mail, to }))),
    );
    return all.find(({ mail, to }) => to.includes(address) && mail.subject === subject);
  });
  return found.mail;
};

test('an authenticator is set up by key or picture; a recovery code opens in place of the digits', async () => {
  const password = await signIn(OWNER);
  await fromAccountMenu(page, 'menuitem', 'Your access');
  await button('Set up').click();
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.reload();
  const { codes, digits } = await enrol();
  expect(codes).toHaveLength(10);
  expect(await axe(page)).toEqual([]);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
  expect((await readFile(await download.path(), 'utf8')).trim().split('\n')).toEqual(codes);
  await signOut(page);

  await enter(page, OWNER, password);
  await button('Use a recovery code').click();
  await box('Recovery code').fill(codes[0] ?? '');
  expect(await axe(page)).toEqual([]);
  await button('Sign in').click();
  await fromAccountMenu(page, 'menuitem', 'Your access');
  await page.getByText('Recovery codes left: 9').waitFor();
  expect(await page.getByText(codes[1] ?? '').count()).toBe(0);
  await button('New recovery codes').click();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button('New recovery codes').click();
  await page.getByText('Recovery codes left: 10').waitFor();
  kept = await shownCodes();
  await signOut(page);
  await enter(page, OWNER, password);
  // Of the step to come: the one of now may have been used, and may be over when it is looked at.
  await box('Six-digit code of your authenticator').fill(digits(1));
  await button('Sign in').click();
  await signedIn(page);
}, 60_000);

test('who forgot their password gets a link, chooses another, is asked for the code, and is told', async () => {
  await signOut(page);
  await page.getByRole('link', { name: 'Forgotten password?' }).click();
  // The page before it has a field of the same name.
  await button('Send me a link').waitFor();
  await box('E-mail address').fill(OWNER);
  expect(await axe(page)).toEqual([]);
  await button('Send me a link').click();
  await page.getByText(`If somebody signs in by ${OWNER}, a mail is on its way.`).waitFor();
  const { text = '', html } = await mailTo(OWNER, 'Choose a new password');
  const link = /https:\/\/sms\.example\/password#[\w-]+/.exec(text)?.[0] ?? 'no link';
  expect(html).toContain(`href="${link}"`);
  await page.goto(link.replace(PUBLIC_URL, started.app.url));
  await page.getByLabel('Password', { exact: true }).fill(NEXT);
  await button('Save and sign in').click();
  await button('Use a recovery code').click();
  expect(await axe(page)).toEqual([]);
  await box('Recovery code').fill(kept[0] ?? '');
  await button('Save and sign in').click();
  await signedIn(page);
  await mailTo(OWNER, 'Votre mot de passe a changé');

  await page.goto(link.replace(PUBLIC_URL, started.app.url));
  await page.reload();
  await page.getByLabel('Password', { exact: true }).fill(NEXT);
  await button('Save and sign in').click();
  await page.getByRole('alert').waitFor();
}, 60_000);

test('an owner changes a password and takes a colleague’s authenticator, an operator an owner’s', async () => {
  const { app } = started;
  const password = await signIn(COLLEAGUE);
  await fromAccountMenu(page, 'menuitem', 'Your access');
  await page.getByLabel('Current password').fill(password);
  await page.getByLabel('New password').fill(NEXT);
  await button('Change the password').click();
  await page.getByText('It is changed.').waitFor();
  await mailTo(COLLEAGUE, 'Votre mot de passe a changé');
  await enrol();
  await page.goto(`${app.url}/settings/team`);
  const row = (email: string) => page.getByRole('row', { name: email });
  await row(OWNER).getByText('Asked for at sign-in').waitFor();
  expect(await row(COLLEAGUE).getByRole('button').count()).toBe(0);
  await row(OWNER).getByRole('button', { name: 'Take it away' }).click();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take it away' }).click();
  await row(OWNER).getByText('Not set up').waitFor();
  const { text = '' } = await mailTo(OWNER, 'Votre application d’authentification a été retirée');
  expect(text).toContain(COLLEAGUE);

  await signIn(OPERATOR);
  await page.goto(`${app.url}/operator/accounts/${app.accountId}`);
  await row(COLLEAGUE).getByRole('button', { name: 'Take it away' }).waitFor();
  expect(await row(OWNER).getByRole('button', { name: 'Take it away' }).count()).toBe(0);
  await row(COLLEAGUE).getByRole('button', { name: 'Take it away' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take it away' }).click();
  await row(COLLEAGUE).getByText('Not set up').waitFor();
  await mailTo(COLLEAGUE, 'Votre application d’authentification a été retirée');
  expect(page.troubles.filter((trouble) => !/40[39]/.test(trouble))).toEqual([]);
}, 60_000);

test('an operator sets up the callback that a V0 customer sent, in its format; they are told', async () => {
  const { app } = started;
  const basis = { name: 'Ancienne', createdAt: '2019-05-01T00:00:00Z', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const id = textOf(await app.operator.send('POST', '/v1/operator/accounts', basis), 'id');
  const key = textOf(await app.operator.send('POST', `/v1/operator/accounts/${id}/keys`, { name: 'old' }), 'key');
  await createOwner(app.config.DATABASE_URL, 'ancienne@boulangerie.example', id);
  await signIn(OPERATOR);
  await page.goto(`${app.url}/operator/accounts/${id}`);
  await box('Address').fill(`${app.world.endpoint.url}/hook`);
  await page.getByRole('combobox', { name: 'Format' }).selectOption({ label: 'Octopush’s names, JSON' });
  await button('Add the callback').click();
  await page.getByText(/^whsec_/).waitFor();
  expect(await axe(page)).toEqual([]);
  const { items } = await createClient(app.url, key).get('/v1/callback-endpoints');
  expect(items).toMatchObject([{ url: `${app.world.endpoint.url}/hook`, format: 'octopush-json' }]);
  await until('the customer is told', () =>
    app.world.mailbox.mails.some(({ to }) => to.includes('ancienne@boulangerie.example')),
  );
}, 60_000);

test('an owner changes a role, signs a person out, withdraws an invitation and removes a person', async () => {
  const { app } = started;
  await signIn(OWNER);
  await page.goto(`${app.url}/settings/team`);
  const row = (email: string) => page.getByRole('row', { name: email });
  const sure = async (email: string, name: string) => {
    await row(email).getByRole('button', { name, exact: true }).click();
    return page.getByRole('alertdialog').getByRole('button', { name, exact: true });
  };
  await box('E-mail address').fill('nouvelle@boulangerie.example');
  await button('Create the invitation').click();
  await (await sure('nouvelle@boulangerie.example', 'Withdraw invitation')).click();
  await row('nouvelle@boulangerie.example').waitFor({ state: 'detached' });
  // Who has one already is refused in the API's own words.
  await box('E-mail address').fill(COLLEAGUE);
  await button('Create the invitation').click();
  await page.getByRole('alert').filter({ hasText: 'This address belongs to a user already.' }).waitFor();
  const change = await sure(COLLEAGUE, 'Change role');
  expect(await axe(page)).toEqual([]);
  await page.getByRole('combobox', { name: 'Role' }).last().selectOption({ label: 'Agent: the chat only' });
  await change.click();
  await row(COLLEAGUE)
    .getByRole('gridcell', { name: 'Agent', exact: true })
    .or(row(COLLEAGUE).getByText('Agent', { exact: true }))
    .first()
    .waitFor();
  await (await sure(COLLEAGUE, 'Sign out everywhere')).click();
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  await (await sure(COLLEAGUE, 'Remove')).click();
  await row(COLLEAGUE).waitFor({ state: 'detached' });
  expect(await row(OWNER).getByRole('button', { name: 'Remove', exact: true }).count()).toBe(0);
}, 60_000);
