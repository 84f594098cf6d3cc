import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axe } from '../fixtures/console/browser.ts';
import { toStep } from '../fixtures/console/by-hand.ts';
import { startPages } from '../fixtures/pages.ts';
import { aReply } from '../fixtures/rows.ts';
import { until } from '../fixtures/app.ts';
import { idAt } from '../../database/ids.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { roleIs } from '../fixtures/states/people.ts';
import { cameTo, rowsCameTo } from '../fixtures/states/sending.ts';

const PHONES = ['+33612000001', '+33612000002', '+33612000003', '+33612000004'];

let pages: Awaited<ReturnType<typeof startPages>>;
let campaign = '';
beforeAll(async () => {
  pages = await startPages();
  const { api, shop, premiumId } = pages;
  const sent = { route: 'premium', withReplies: true, purpose: 'transactional', text: 'Venez-vous ?' };
  const { body } = await shop.call('POST', '/campaigns', { ...sent, name: 'Samedi', recipients: PHONES.map((to) => ({ to })) });
  campaign = body.id;
  await cameTo(api.db, body.id, 'delivered');
  await rowsCameTo(api.db, 'undelivered', [4]);
  for (const [index, fromNumber] of PHONES.slice(0, 2).entries()) {
    const receivedAt = new Date(Date.now() - index);
    await aReply(api.db, { accountId: shop.id, carrierId: premiumId, campaignId: campaign, fromNumber, receivedAt, text: 'OUI' });
  }
  await shop.call('POST', '/campaigns', {
    ...sent,
    name: 'Plus tard',
    sendAt: new Date(Date.now() + 3 * DAY_MS).toISOString(),
    recipients: [{ to: PHONES[0] }],
  });
  await pages.signIn('fr');
}, 120_000);
afterAll(() => pages[Symbol.asyncDispose](), 60_000);

/** What axe finds in both themes. */
async function clean(): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await pages.page.emulateMedia({ colorScheme });
    expect({ colorScheme, found: await axe(pages.page) }).toEqual({ colorScheme, found: [] });
  }
  await pages.page.emulateMedia({ colorScheme: 'light' });
}

test('the list says how many replied, and how soon; its menu pauses, cancels and repeats', async () => {
  const { page, shop } = pages;
  await pages.visit('/campaigns');
  const row = (name: string) => page.getByRole('row', { name });
  await row('Samedi').getByText('2 réponses · 50 %').waitFor();
  expect(await row('Samedi').locator('svg.sparkline').count()).toBe(1);
  await row('Plus tard').getByText('Programmée').waitFor();
  await clean();
  const act = async (name: string): Promise<void> => {
    await row('Plus tard').getByRole('button', { name: 'Actions sur Plus tard' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await act('Mettre en pause');
  await row('Plus tard').getByText('En pause').waitFor();
  await act('Annuler la campagne');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Annuler la campagne' }).click();
  await row('Plus tard').getByText('Annulée').waitFor();
  await page.getByRole('combobox', { name: 'État' }).selectOption('cancelled');
  await until('the others are not shown', async () => (await row('Samedi').count()) === 0);
  await act('Dupliquer');
  await page.getByRole('heading', { name: 'Nouvelle campagne' }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Venez-vous ?');
  expect((await shop.call('GET', '/campaigns?state=cancelled')).body.items).toHaveLength(1);
}, 60_000);

test('a campaign leads with its figures and replies; who was not reached is first of its list', async () => {
  const { page } = pages;
  await pages.visit(`/campaigns/${campaign}`);
  const figures = page.getByRole('region', { name: 'Résultats' });
  await figures.getByText('75 %').waitFor();
  expect(await figures.locator('dt').allTextContents()).toEqual(['Remis', 'Réponses', 'Taux de réponse', 'Désinscriptions']);
  await page.getByRole('table', { name: 'Réponses à cette campagne' }).waitFor();
  await clean();
  await page.getByRole('tab', { name: 'Destinataires' }).click();
  await page.getByRole('row', { name: /04 Non remis/ }).waitFor();
  await page.reload();
  await page.getByRole('row', { name: /04 Non remis/ }).waitFor();
  expect(await page.getByRole('row', { name: /01 Remis/ }).count()).toBe(0);
  await page.getByRole('tab', { name: 'Statistiques' }).click();
  await page.getByRole('heading', { name: 'Délai de réponse' }).waitFor();
  expect(await page.getByRole('table').count()).toBe(0);
  await page.getByText('Voir les données').last().click();
  await page.getByRole('cell', { name: 'OUI' }).waitFor();
  await clean();
}, 60_000);

test('reports compare with the period before, draw three charts, and are one file', async () => {
  const { page } = pages;
  await pages.visit('/analytics');
  const figures = page.getByRole('region', { name: 'Récapitulatif' });
  await figures.getByText('Rien à comparer').waitFor();
  const tenDaysAgo = Date.now() - 10 * DAY_MS;
  for (const at of [0, 1, 2, 3].map((ms) => tenDaysAgo - ms)) {
    const known = { accountId: pages.shop.id, carrierId: pages.premiumId, fromNumber: '+33612000004' };
    await aReply(pages.api.db, { ...known, id: idAt(at), receivedAt: new Date(at) });
  }
  await page.getByRole('combobox', { name: 'Période' }).selectOption('7');
  await figures.getByText(/^[-−]50.%$/).waitFor();
  expect(await page.getByRole('img', { name: /^Graphique/ }).count()).toBe(3);
  expect(await page.getByText(/p50|p95|p99/).count()).toBe(0);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Exporter en CSV' }).click()]);
  const csv = await readFile(await file.path(), 'utf8');
  for (const title of ['Réponses par jour', 'Taux de réponse par campagne', 'Remise des SMS']) expect(csv).toContain(title);
  expect(csv).toContain('Samedi,50');
  await clean();
}, 60_000);

test('a file of over 2 MB is there again after a reload, and goes whole', async () => {
  const { page, shop } = pages;
  await pages.visit('/campaigns/new');
  await page.getByRole('textbox', { name: 'Nom', exact: true }).fill('Grande liste');
  await page.getByRole('textbox', { name: 'Message' }).fill('Bonjour {{prenom}}');
  await toStep(page, 'Destinataires');
  const lines = Array.from({ length: 90_000 }, (_, row) => `Prénom numéro ${row};+336${12_000_000 + row}`);
  const buffer = Buffer.from(`prenom;mobile\n${lines.join('\n')}\n`);
  expect(buffer.length).toBeGreaterThan(2_500_000);
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choisir un fichier CSV' }).click(),
  ]);
  await chooser.setFiles({ name: 'grande.csv', mimeType: 'text/csv', buffer });
  await page.getByText(/^Colonnes\s: prenom, mobile/).waitFor();
  await page.getByText('Brouillon enregistré').waitFor();
  await clean();
  await page.reload();
  await page.getByText('grande.csv').waitFor();
  await page.getByText(/^Colonnes\s: prenom, mobile/).waitFor();
  await toStep(page, 'Vérifier et envoyer');
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();
  await page.getByRole('heading', { name: 'Grande liste' }).waitFor();
  const [made] = (await shop.call('GET', '/campaigns?search=Grande')).body.items;
  expect((await shop.call('GET', `/campaigns/${made.id}/recipients`)).body).toMatchObject({
    listed: 90_000,
    columns: ['prenom', 'mobile'],
  });
}, 90_000);

test('a campaign shows its newest replies with their time, and all are a click away', async () => {
  const { page, api, shop, premiumId } = pages;
  for (let index = 0; index < 12; index++)
    await aReply(api.db, { accountId: shop.id, carrierId: premiumId, campaignId: campaign, text: `Merci ${index}` });
  await pages.visit(`/campaigns/${campaign}`);
  const table = page.getByRole('table', { name: 'Réponses à cette campagne' });
  await table.getByText('Merci 11').waitFor();
  expect(await table.getByRole('row').count()).toBe(11);
  expect(await table.locator('time').count()).toBe(10);
  await page.getByRole('link', { name: 'Tout voir' }).click();
  await page.getByText('Merci 0', { exact: true }).waitFor();
  expect(page.url()).toContain(`campaign=${campaign}`);
}, 60_000);

test('who only reads is not led to write a campaign', async () => {
  const { page, api } = pages;
  await roleIs(api.db, 'accueil@boulangerie.example', 'viewer');
  await pages.visit('/campaigns/new');
  await page.getByRole('heading', { name: 'Pas encore de conversation' }).waitFor();
  expect(page.url()).not.toContain('/campaigns/new');
  await pages.visit('/campaigns');
  await page.getByRole('row', { name: 'Samedi' }).waitFor();
  expect(await page.getByRole('link', { name: 'Nouvelle campagne' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: /^Actions sur/ }).count()).toBe(0);
}, 60_000);

test('something is drawn before the program of the page is there', async () => {
  const { page } = pages;
  await page.route('**/assets/*.js', () => {}); // never answered
  await page.goto(pages.url, { waitUntil: 'commit' });
  await page.locator('#root .skeleton i').first().waitFor();
  expect((await page.locator('#root .skeleton i').first().boundingBox())?.height).toBeGreaterThan(5);
  await page.unroute('**/assets/*.js');
}, 60_000);
