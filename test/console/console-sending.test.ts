import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { quietWaitMs } from '../../domain/sending/quiet-hours.ts';
import { createClient, itemsOf, textOf } from '../../dev/seed.ts';
import { phone, until } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { compose, sendChecked, sendReviewed, signInAs, toStep } from '../fixtures/console/by-hand.ts';
import { startPages } from '../fixtures/pages.ts';

const OWNER = 'marketing@boulangerie.example';
const HOLD_MS = 10_000;
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ ways: {} });
  const { app } = started;
  page = await started.browser.open();
  await createOwner(app.config.DATABASE_URL, OWNER, app.accountId);
  const price = { kind: 'segment', country: 'FR', route: 'premium', amount: '0.045' };
  await createClient(app.url, app.operatorKey).send('POST', '/v1/operator/prices', price);
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

const received = (text: string) => started.app.world.phones.received.filter((sms) => sms.text.startsWith(text));

async function begin(page: Page, name: string, recipients: string): Promise<void> {
  await page.getByRole('link', { name: 'Campagnes' }).click();
  await page.getByRole('link', { name: 'Nouvelle campagne' }).click();
  await compose(page, name, `${name}, {{prenom}} ?`, recipients);
}

test('a campaign is reviewed before it is sent, and goes ten seconds later, its tab closed', async () => {
  const { app } = started;
  await signInAs(page, app, OWNER, 'fr');
  // The browser needs another tab to live on.
  const tab = await page.context().newPage();
  await tab.goto(app.url);
  await begin(tab, 'Marché de Noël', `prenom;mobile\nZoé;${phone(1)}\nLéo;${phone(2)}\nLéo;${phone(2)}`);
  await toStep(tab, 'Vérifier et envoyer');
  const review = tab.getByRole('region', { name: 'Vérifier et envoyer' });
  const fact = (name: string) => review.getByRole('definition').and(tab.locator(`dt:text-is("${name}") + dd`));
  await fact('Nom').getByText('Marché de Noël').waitFor();
  expect(await fact('Destinataires').textContent()).toBe('2');
  expect(await fact('SMS en tout').textContent()).toBe('2');
  expect((await fact('Coût').textContent())?.replace(/\s/, ' ')).toBe('0,09 €');
  await tab.getByRole('complementary', { name: 'Aperçu' }).getByText('Marché de Noël, Zoé ?').waitFor();
  await review.getByText('Heure d’envoi', { exact: true }).waitFor();
  expect(await axe(tab)).toEqual([]);
  await tab.getByRole('button', { name: 'Retour', exact: true }).click();
  await review.waitFor({ state: 'detached' });
  expect(itemsOf(await app.account.get('/v1/campaigns'))).toEqual([]);

  const begun = Date.now();
  await sendReviewed(tab, 'Envoyer à 2 destinataires');
  await tab.getByRole('button', { name: 'Annuler l’envoi' }).waitFor();
  expect(await axe(tab)).toEqual([]);
  await tab.close();
  expect(received('Marché de Noël')).toEqual([]);
  await until('one phone has it', () => received('Marché de Noël').length > 0);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(HOLD_MS);
  await until('both phones have it', () => received('Marché de Noël').length === 2);
  // Whoever calls the API is not held.
  const campaign = await app.campaign([{ to: phone(3) }], { text: 'Par programme' });
  expect(campaign['sendAt']).toBeNull();
}, 90_000);

test('what was sent can be undone for ten seconds, from the composer and from a checked list', async () => {
  const { app } = started;
  const undo = async () => {
    await page.getByText('Rien n’est encore envoyé.').waitFor();
    await page.getByRole('button', { name: 'Annuler l’envoi' }).click();
    await page.getByText('Rien n’est parti.').waitFor();
    await page.getByText(/^Annulée/).waitFor();
    return textOf({ id: new URL(page.url()).pathname.split('/').at(-1) ?? '' }, 'id');
  };
  await begin(page, 'Portes ouvertes', `prenom;mobile\nZoé;${phone(4)}`);
  await sendReviewed(page, 'Envoyer à 1 destinataire');
  const first = await undo();
  await begin(page, 'Portes ouvertes', `prenom;mobile\nZoé;${phone(4)}\nMax;12`);
  await toStep(page, 'Vérifier et envoyer');
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();
  await sendChecked(page, 'Envoyer à 1 destinataire, sans la ligne en erreur');
  const second = await undo();
  for (const id of [first, second]) {
    const ended = await app.ended({ id });
    expect(ended).toMatchObject({ state: 'cancelled', progress: { skipped: 1 } });
    await until('its time is over', () => Date.now() > Date.parse(textOf(ended, 'sendAt')) + 1000);
  }
  expect(received('Portes ouvertes')).toEqual([]);
  expect(page.troubles.filter((trouble) => !trouble.includes('404'))).toEqual([]);
}, 90_000);

/** Of France and its departments, one where it is night now, or day. */
function whereItIs(time: 'night' | 'day'): string {
  const phones = ['+33612000001', '+262692000001', '+590690000001', '+687750001', '+68987000001'];
  const found = phones.find((each) => quietWaitMs(each, new Date(), 'standard') > 0 === (time === 'night'));
  if (found === undefined) throw new Error(`Nowhere it is ${time}`);
  return found;
}

test('by night it is proposed to wait for the morning; who wants it at once says so', async () => {
  await using pages = await startPages();
  const { page, shop } = pages;
  await pages.signIn('fr');
  const text = { name: 'Soldes', route: 'premium', sender: 'Boutique', text: 'Soldes !' };
  const lastSendAt = async (): Promise<unknown> => (await shop.call('GET', '/campaigns?limit=1')).body.items[0].sendAt;
  const write = async (to: string): Promise<void> => {
    await pages.visit('/campaigns/new');
    await compose(page, 'Soldes', 'Soldes !', to);
    await toStep(page, 'Options');
    await page.getByText('Récupérer les réponses').click();
    await page.getByRole('textbox', { name: 'Expéditeur' }).fill('Boutique');
    await toStep(page, 'Vérifier et envoyer');
  };
  const review = page.getByRole('region', { name: 'Vérifier et envoyer' });
  const send = review.getByRole('button', { name: 'Envoyer à 1 destinataire' });
  const night = [{ to: whereItIs('night') }];
  const { clearAt } = (await shop.call('POST', '/campaigns/preview', { ...text, recipients: night })).body.quietHours;
  await write(whereItIs('night'));
  await review.getByText('À cette heure, des destinataires seraient dérangés.').waitFor();
  const wait = review.getByRole('radio', { name: /^Attendre jusqu’au/ });
  expect(await wait.isChecked()).toBe(true);
  expect(await axe(page)).toEqual([]);
  await send.click();
  await page.getByText(/^Programmée ·/).waitFor();
  expect(await lastSendAt()).toBe(clearAt);

  await write(whereItIs('night'));
  await review.getByText('Envoyer tout de suite').click();
  await send.click();
  await page.getByRole('button', { name: 'Annuler l’envoi' }).waitFor();
  expect(Date.parse(String(await lastSendAt()))).toBeLessThanOrEqual(Date.now() + HOLD_MS);

  await write(whereItIs('day'));
  await review.getByText('Tout de suite ; annulable pendant 10 secondes').waitFor();
  expect(await wait.count()).toBe(0);

  // An hour that somebody chose is not changed behind their back.
  await toStep(page, 'Options');
  await page.getByText('Envoyer plus tard').click();
  await page.getByLabel('Date et heure d’envoi').fill(`${TOMORROW}T03:00`);
  await toStep(page, 'Destinataires');
  await page.getByRole('textbox', { name: 'Destinataires', exact: true }).fill('+33612000001');
  await toStep(page, 'Vérifier et envoyer');
  expect(await review.getByRole('radio', { name: /^Conserver l’heure choisie/ }).isChecked()).toBe(true);
  expect(await wait.isChecked()).toBe(false);

  expect((await shop.call('POST', '/campaigns', { ...text, recipients: night })).body.sendAt).toBeNull();
  expect((await shop.call('GET', '/policies')).body.quietHours).toBe('warn');
  expect(page.troubles).toEqual([]);
}, 90_000);
