import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { signedIn, signOut } from '../fixtures/console/by-hand.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { identityProvider } from '../fixtures/people/identity-provider.ts';

const DOMAIN = 'boulangerie.example';
const ANNE = { sub: 'anne-1', email: `anne@${DOMAIN}`, email_verified: true, groups: ['chat'] };

/** A port that is free now: links have to name it before the product listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  await new Promise((done) => server.close(done));
  return address.port;
}

test('a person signs in by their provider, in their claim’s role, or is told why not', async () => {
  const port = await freePort();
  const PUBLIC_URL = `http://127.0.0.1:${port}`;
  await using provider = await identityProvider();
  await using started = await startConsole({ env: { PORT: String(port), PUBLIC_URL }, ways: { email: false, callback: false } });
  const { app, browser } = started;
  await app.operator.send('POST', `/v1/operator/accounts/${app.accountId}/domains`, { domain: DOMAIN });
  const set = await app.account.send('PUT', '/v1/sign-on', {
    issuer: provider.issuer,
    clientId: 'sms',
    clientSecret: 'secret-of-sms',
    roleClaim: 'groups',
    roles: { chat: 'agent' },
    defaultRole: null,
    required: false,
  });
  provider.register(textOf(set, 'redirectUri'));
  provider.state.person = ANNE;

  const page = await browser.open();
  await page.goto(app.url);
  await page.evaluate(`localStorage.setItem('locale', 'en')`);
  await page.reload();
  const byProvider = async () => {
    await page.getByRole('textbox', { name: 'E-mail address' }).fill(ANNE.email);
    await page.getByRole('button', { name: 'By your organisation' }).click();
  };
  await byProvider();
  await signedIn(page);
  expect(new URL(page.url()).origin).toBe(PUBLIC_URL);
  await page.getByRole('button', { name: 'Your menu' }).click();
  await page.getByRole('menu').getByText(ANNE.email).waitFor();
  await page.keyboard.press('Escape');
  // An agent has the chat, and nothing else in the menu.
  expect(await page.getByRole('navigation').first().getByRole('link').allTextContents()).toEqual(['SMS Chat']);
  expect(await axe(page)).toEqual([]);
  const cookies = await page.context().cookies(PUBLIC_URL);
  expect(cookies.find(({ name }) => name === 'aller_retour')).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  expect(await app.rows('select role, subject, password_hash from users where email = $1', [ANNE.email])).toEqual([
    { role: 'agent', subject: ANNE.sub, password_hash: null },
  ]);

  await signOut(page);
  provider.state.person = { ...ANNE, email_verified: false };
  await byProvider();
  await page.waitForURL(/refused=sign-on-unverified/);
  await page.getByText('does not vouch for your e-mail address').waitFor();
  expect(await page.getByRole('button', { name: 'Your menu' }).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
}, 120_000);
