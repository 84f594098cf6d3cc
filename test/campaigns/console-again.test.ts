import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { textOf } from '../../dev/seed.ts';
import { phone, until } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { sendChecked, signInAs, toStep } from '../fixtures/console/by-hand.ts';

const OWNER = 'marketing@boulangerie.example';
const DAY_MS = 86_400_000;

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ ways: {} });
  page = await started.browser.open();
  await createOwner(started.app.config.DATABASE_URL, OWNER, started.app.accountId);
  await signInAs(page, started.app, OWNER, 'fr');
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

/** By all rules, in both themes. */
async function clean(): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axe(page)).toEqual([]);
  }
}

test('a scheduled campaign is moved to another hour, or changed by a draft that replaces it', async () => {
  const { app } = started;
  const sendAt = new Date(Date.now() + 3 * DAY_MS).toISOString();
  const vows = { name: 'Vœux', purpose: 'transactional', text: 'Bonne année', sendAt };
  const { id } = await app.campaign([{ to: phone(1) }, { to: phone(2) }], vows);
  await page.goto(`${app.url}/campaigns/${String(id)}`);
  await page.getByText(/^Programmée ·/).waitFor();
  await clean();
  await page.getByRole('button', { name: 'Reprogrammer' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Déplacer cette campagne à une autre heure ?' });
  const tomorrow = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
  await dialog.getByLabel('Date et heure d’envoi').fill(`${tomorrow}T11:30`);
  await clean();
  await dialog.getByRole('button', { name: 'Reprogrammer' }).click();
  await page.getByText(/^Programmée pour le/).waitFor();
  await page.getByText(/^Programmée ·.*11:30/).waitFor();
  expect(textOf(await app.account.get(`/v1/campaigns/${String(id)}`), 'sendAt').slice(0, 10)).toBe(tomorrow);

  await page.getByRole('button', { name: 'Modifier' }).click();
  await page.getByText('Ce brouillon remplacera une campagne programmée').waitFor();
  await page.getByRole('link', { name: 'Modifier' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Très bonne année');
  await toStep(page, 'Vérifier et envoyer');
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();
  await sendChecked(page, 'Envoyer à 2 destinataires');
  await page.getByText(/^Programmée ·.*11:30/).waitFor();
  expect(await app.ended({ id })).toMatchObject({ state: 'cancelled', progress: { skipped: 2 } });
  expect(page.troubles.filter((trouble) => !trouble.includes('404'))).toEqual([]);
}, 120_000);

test('who has not answered a campaign is written to again from its page, in another draft', async () => {
  const { app } = started;
  const people = ['Ana', 'Bob'].map((prenom, index) => ({ to: phone(index + 10), prenom }));
  const asked = await app.campaign(people, {
    name: 'Samedi',
    purpose: 'transactional',
    text: 'Bonjour {{prenom}}, venez-vous ?',
    keepRows: true,
  });
  await app.ended(asked);
  await app.world.phones.reply(phone(10), 'Oui');
  await until('the reply is there', async () => (await app.replies()).length === 1);
  await page.goto(`${app.url}/campaigns/${String(asked['id'])}`);
  await page.getByRole('button', { name: 'Réécrire aux sans-réponse (1)' }).waitFor();
  await clean();
  await page.getByRole('button', { name: 'Réécrire aux sans-réponse (1)' }).click();
  await page.getByRole('heading', { name: 'Samedi · relance' }).waitFor();
  await page.getByRole('complementary', { name: 'Aperçu' }).getByText('Bonjour Bob, venez-vous ?').waitFor();
  await clean();
  await page.getByRole('link', { name: 'Modifier' }).click();
  await toStep(page, 'Destinataires');
  await page.getByText('Liste actuelle (1 lignes)').waitFor({ state: 'attached' });
  expect(page.troubles.filter((trouble) => !trouble.includes('404'))).toEqual([]);
}, 120_000);
