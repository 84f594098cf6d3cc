import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../../cli/admin.ts';
import { textOf } from '../../../dev/seed.ts';
import { phone, until } from '../../fixtures/app.ts';
import { startConsole } from '../../fixtures/console/browser.ts';
import { signInAs, signOut } from '../../fixtures/console/by-hand.ts';
import { startPushService } from '../../fixtures/people/push-receiver.ts';

const OWNER = 'patronne@boulangerie.example';

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ ways: {} });
  page = await started.browser.open({ viewport: { width: 390, height: 844 } });
  await createOwner(started.app.config.DATABASE_URL, OWNER, started.app.accountId);
  await started.app.ended(await started.app.campaign([{ to: phone(1) }], { purpose: 'transactional' }));
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

test('an answer without a connection says so at once, can be taken back, and goes exactly once', async () => {
  const { app } = started;
  await app.world.phones.reply(phone(1), 'Avez-vous du pain de seigle ?');
  const reply = await until('it is filed', async () => (await app.replies())[0]);
  await signInAs(page, app, OWNER);
  await page.goto(`${app.url}/chat/${textOf(reply, 'conversationId')}`);
  const field = page.getByRole('textbox', { name: 'Your answer' });
  await field.fill('Oui, le samedi');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('No connection. Your answer goes out when it is back.').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(await field.inputValue()).toBe('Oui, le samedi');
  await field.fill('Oui, le samedi matin');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('No connection. Your answer').waitFor();
  // Elsewhere meanwhile, and back: it still waits, and is not written twice.
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await page.getByRole('row').first().click();
  await page.getByText('No connection. Your answer').waitFor();
  await page.context().setOffline(false);
  await until('the phone has it', () => app.world.phones.received.length === 2);
  await until('the field is empty', async () => (await field.inputValue()) === '');
  const sent = await app.rows<{ text: string }>(
    'select text from messages where conversation_id is not null and campaign_id is null',
  );
  expect(sent).toEqual([{ text: 'Oui, le samedi matin' }]);
}, 60_000);

test('the console can be installed, and tells of a reply while closed, until the person leaves', async () => {
  const { app } = started;
  await using service = await startPushService();
  const context = page.context();
  // The browser that comes by npm has no push service of its own, and shows no notices.
  const subscription = JSON.stringify(service.subscribe('phone'));
  await page.addInitScript(`PushManager.prototype.subscribe = async () => ({ toJSON: () => (${subscription}) });
    Notification.requestPermission = async () => 'granted';`);
  await signInAs(page, app, OWNER);
  page.troubles.length = 0;
  await page.goto(`${app.url}/me`);
  const devtools = await context.newCDPSession(page);
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((error) => error !== 'in-incognito')).toEqual([]);

  const registered = Promise.withResolvers<string>();
  devtools.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
    for (const { registrationId, status } of versions) if (status === 'activated') registered.resolve(registrationId);
  });
  await devtools.send('ServiceWorker.enable');
  await page.getByRole('combobox', { name: 'Tell me of replies' }).selectOption('In all of them');
  await page.getByRole('checkbox', { name: /^Nothing by night/ }).setChecked(false, { force: true });
  await page.locator('form').filter({ hasText: 'Notifications on this device' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await app.world.phones.reply(phone(1), 'Le numéro et le texte restent ici');
  const notice = await until('the push service has it', () => service.pushed[0]);

  const registrationId = await registered.promise;
  const [worker] = context.serviceWorkers();
  if (!worker) throw new Error('There is no service worker');
  await worker.evaluate(`self.registration.showNotification = async (title, { body, data }) => {
    self.shown = { title, body, data };
  }`);
  await devtools.send('ServiceWorker.deliverPushMessage', { origin: `${app.url}/`, registrationId, data: notice.text });
  const shown = await until('it is shown', () => worker.evaluate('self.shown'));
  const [reply] = await app.replies();
  expect(shown).toEqual({
    title: 'Aller-Retour',
    body: '1 unread conversation',
    data: { path: `/chat/${textOf(reply ?? {}, 'conversationId')}` },
  });

  await signOut(page);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await app.rows('select from push_subscriptions')).toEqual([]);
  expect(page.troubles).toEqual([]);
}, 60_000);
