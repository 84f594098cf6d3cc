import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { createClient, itemsOf, textOf } from '../../dev/seed.ts';
import { phone, until } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { compose, sendChecked, sendReviewed, signInAs, toStep } from '../fixtures/console/by-hand.ts';

const OWNER = 'marketing@boulangerie.example';
// In summer, to come, and within a year, whatever day it is.
const [YEAR, MONTH] = [new Date().getFullYear(), new Date().getMonth()];
const DAY = MONTH < 6 ? `${YEAR}-07-15` : `${YEAR + 1}-05-15`;

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ ways: {}, dinstar: { simSmsPerMinute: 60 } });
  page = await started.browser.open();
  await createOwner(started.app.config.DATABASE_URL, OWNER, started.app.accountId);
  await signInAs(page, started.app, OWNER, 'fr');
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

const clean = async (where: string) => expect({ where, found: await axe(page) }).toEqual({ where, found: [] });
/** What the browser told, but that a whole preview was not there before it was begun: it says so. */
const troubles = () => page.troubles.splice(0).filter((trouble) => !trouble.includes('404'));
async function choose(name: string, buffer: Buffer): Promise<void> {
  const button = page.getByRole('button', { name: 'Choisir un fichier CSV' });
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()]);
  await chooser.setFiles({ name, mimeType: 'text/csv', buffer });
}
async function begin(locale: 'fr' | 'en' = 'fr'): Promise<void> {
  await page.getByRole('link', { name: locale === 'fr' ? 'Campagnes' : 'Campaigns' }).click();
  await page.getByRole('link', { name: locale === 'fr' ? 'Nouvelle campagne' : 'New campaign' }).click();
}
const received = (text: RegExp) => started.app.world.phones.received.filter((sms) => text.test(sms.text));

test('the composer shows what three people will read, what it costs, and who can not reply', async () => {
  await begin();
  const list = `prenom;mobile\nZoé;${phone(1)}\nLéo;${phone(2)}\nZoé;${phone(1)}\nJan;+32470123456`;
  const text = 'Bonjour {{prenom}}, le cœur de la saison est là : passez donc samedi matin au fournil.';
  await compose(page, 'Cœur de saison', text, list);

  const shown = page.getByRole('complementary', { name: 'Aperçu' });
  await shown.getByText('Bonjour Zoé, le cœur de la saison est là').waitFor();
  await shown
    .getByText(/Peut répondre directement \(3801[56]\)/)
    .first()
    .waitFor();
  // Nobody there can reply: said with its remedy, and sent only if that is chosen.
  await toStep(page, 'Options');
  await page.getByRole('alert').filter({ hasText: 'ne pourraient pas répondre' }).waitFor();
  await page.getByText('Envoyer quand même à ceux qui ne peuvent pas répondre').click();
  await page.getByRole('textbox', { name: 'Nom d’expéditeur là où l’on ne peut pas répondre' }).fill('Fournil');
  await shown.getByText('Ne peut pas répondre.').waitFor();
  await page.getByText('Envoyer quand même à ceux qui ne peuvent pas répondre').click();
  await clean('the options of a campaign');
  await toStep(page, 'Message');
  await page.getByText('Avec des caractères standard, l’envoi prend 2 SMS de moins').waitFor();
  await page.getByText('Remplacer par des caractères standard').click();
  await shown.getByText('Bonjour Zoé, le coeur de la saison est là').waitFor();
  await clean('the composer');

  // Whom it would wake is said before it is sent.
  await toStep(page, 'Options');
  await page.getByText('Envoyer plus tard').click();
  await page.getByLabel('Date et heure d’envoi').fill(`${DAY}T03:00`);
  await toStep(page, 'Vérifier et envoyer');
  await page.getByText('À cette heure, des destinataires seraient dérangés.').waitFor();
  await page.getByText('La nuit (Europe/Paris)').waitFor();
  await page
    .getByRole('table', { name: 'Par pays' })
    .getByRole('row', { name: /Belgique 1 Ne peuvent pas/ })
    .waitFor();
  await toStep(page, 'Options');
  await page.getByLabel('Date et heure d’envoi').fill(`${DAY}T10:00`);
  await toStep(page, 'Vérifier et envoyer');
  await page.getByText('La nuit (Europe/Paris)').waitFor({ state: 'detached' });
  await toStep(page, 'Options');
  await page.getByText('Envoyer plus tard').click();
  await toStep(page, 'Vérifier et envoyer');
  await clean('the review of a campaign');

  await page.getByText('M’envoyer un test').click();
  await page.getByRole('textbox', { name: 'Votre numéro' }).fill(phone(50));
  await page.getByRole('button', { name: 'Envoyer le test' }).click();
  await page.getByText('Test : Remis').waitFor();
  expect(received(/coeur/).map(({ to }) => to)).toEqual([phone(50)]);
  // What has rows that can not go is a list to be looked at first.
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();
  await page.getByRole('button', { name: 'Envoyer à 2 destinataires, sans la ligne en erreur' }).waitFor();
  // As a spreadsheet in France saves it, and kept for other campaigns.
  await page.getByRole('link', { name: 'Modifier' }).click();
  await toStep(page, 'Destinataires');
  await page.getByRole('radiogroup', { name: 'Destinataires' }).getByText('Coller ou importer').click();
  await choose('clients.csv', Buffer.from(`référence;prenom;tél\nC1;Chloé;${phone(61)}\n`, 'latin1'));
  expect(await page.getByRole('combobox', { name: 'Colonne de votre référence' }).inputValue()).toBe('référence');
  await page.getByRole('combobox', { name: 'Colonne des numéros' }).selectOption('tél');
  await page.getByRole('textbox', { name: 'Enregistrer cette liste sous le nom' }).fill('Clients');
  await toStep(page, 'Vérifier et envoyer');
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();
  await page.getByRole('button', { name: 'Envoyer à 1 destinataire', exact: true }).waitFor();
  await page.getByRole('complementary', { name: 'Aperçu' }).getByText('Bonjour Chloé, le coeur').waitFor();
  const lists = itemsOf(await started.app.account.get('/v1/lists'));
  expect(lists).toMatchObject([{ name: 'Clients', listed: 1 }]);
  expect(troubles()).toEqual([]);
}, 120_000);

test('a bad CSV shows each wrong row and why; nothing goes until that is chosen; results stay', async () => {
  await begin();
  await compose(page, 'Liste du samedi', 'Bonjour {{prenom}}, passez samedi !', '');
  const rows = [`Zoé;${phone(11)};Lyon`, 'Max;12;Brest', `;${phone(12)};Nice`, `Léa;${phone(13)};Lyon`, `Zoé;${phone(11)};Lyon`];
  const csv = `prenom;portable;ville\n${rows.join('\n')}\n`;
  await choose('samedi.csv.gz', gzipSync(csv));
  await page.getByText('samedi.csv.gz').waitFor();
  expect(await page.getByRole('combobox', { name: 'Colonne des numéros' }).inputValue()).toBe('portable');
  await toStep(page, 'Message');
  await page.getByRole('button', { name: '{{ville}}' }).click();
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Bonjour {{prenom}}, passez samedi !{{ville}}');
  await page.getByRole('textbox', { name: 'Message' }).fill('Bonjour {{prenom}}, passez samedi !');
  await toStep(page, 'Vérifier et envoyer');
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();

  await page.getByRole('heading', { name: 'La liste' }).waitFor();
  await page.getByText('Ligne 2 :').waitFor();
  await page.getByText('n’est pas un numéro attribué').waitFor();
  await page.getByText('Ligne 3 :').waitFor();
  await page.getByText('prenom manque. Donnez à ce destinataire une valeur pour {{prenom}}').waitFor();
  await clean('a list with bad rows');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Télécharger les lignes en erreur (CSV)' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^faults-.*\.csv$/);
  expect(await readFile(await file.path(), 'utf8')).toContain('\n2,numéro,n’est pas un numéro attribué,');
  const [campaign = ''] = new URL(page.url()).pathname.split('/').slice(-1);
  expect(await started.app.account.get(`/v1/campaigns/${campaign}`)).toMatchObject({ state: 'ready', total: 2 });
  expect(received(/passez samedi/)).toEqual([]);

  // Written further in place: the list stays, and is looked at anew.
  await page.getByRole('link', { name: 'Modifier' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Bonjour {{prenom}}, passez samedi matin !');
  await page.getByRole('complementary', { name: 'Aperçu' }).getByText('Bonjour Zoé, passez samedi matin !').waitFor();
  await clean('a draft that is edited');
  await toStep(page, 'Vérifier et envoyer');
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();
  await page.waitForURL(`${started.app.url}/campaigns/${campaign}`);
  await page.getByRole('complementary', { name: 'Aperçu' }).getByText('Bonjour Zoé, passez samedi matin !').waitFor();
  await sendChecked(page, 'Envoyer à 2 destinataires, sans les 2 lignes en erreur');
  await page.getByText('2 sur 2 envoyés').waitFor();
  await page.goto(`${started.app.url}/campaigns/${campaign}/edit`);
  await page.getByText('elle ne se modifie plus').waitFor();
  await page.getByRole('link', { name: 'Voir la campagne' }).click();
  expect(
    received(/passez samedi matin/)
      .map(({ to }) => to)
      .toSorted(),
  ).toEqual([phone(11), phone(13)]);
  await started.app.world.phones.reply(phone(11), 'Oui, avec joie');
  await page.getByRole('tab', { name: 'Statistiques' }).click();
  await page.getByText('Voir les données').last().click();
  await page.getByRole('cell', { name: 'OUI', exact: true }).waitFor();
  await page.getByText('Messages et réponses par pays').click();
  await page.getByRole('row', { name: /France 2 1 1 50/ }).waitFor();
  await clean('the results of a campaign');
  expect(troubles()).toEqual([]);
}, 120_000);

/** Drags a file of this machine over the place, follows it where the page moves it meanwhile, and lets the file go there. */
async function drop(place: Locator, path: string): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  async function drag(type: 'dragEnter' | 'dragOver' | 'drop'): Promise<void> {
    await place.hover({ position: { x: 40, y: 12 } });
    const box = await place.boundingBox();
    if (!box) throw new Error('There is no place to drop it');
    await browser.send('Input.dispatchDragEvent', { type, x: box.x + 40, y: box.y + 12, data });
  }
  const isOver = async () => (await place.getAttribute('data-drop-target')) !== null;
  await drag('dragEnter');
  await until('the place shows that the file may be let go', async () => {
    await drag('dragOver');
    return isOver();
  });
  await drag('drop');
  await until('the file is let go', async () => !(await isOver()));
}

test('a file is dropped on the recipients; one that is not a list says so before anything goes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'console-drop-'));
  await begin();
  await compose(page, 'Déposée', 'Bonjour {{prenom}}, à dimanche !', '');
  const place = page.locator('.drop');
  await writeFile(join(folder, 'clients.csv'), `prenom;mobile\nAna;${phone(71)}\nBob;12\n`);
  await drop(place, join(folder, 'clients.csv'));
  await page.getByText('clients.csv').waitFor();
  await page.getByRole('complementary', { name: 'Aperçu' }).getByText('Bonjour Ana, à dimanche !').waitFor();
  await page.getByText('Ligne 2 :').waitFor();
  // Half a quoted cell: nothing of it can be a row.
  await writeFile(join(folder, 'abîmé.csv'), `prenom;mobile\n"Ana;${phone(71)}\n`);
  await drop(place, join(folder, 'abîmé.csv'));
  await page.getByText('abîmé.csv').waitFor();
  await toStep(page, 'Vérifier et envoyer');
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();
  await page.getByText('Le fichier ne peut pas être lu : rien n’a été enregistré.').waitFor();
  await toStep(page, 'Destinataires');
  await drop(place, join(folder, 'clients.csv'));
  await page.getByText('clients.csv').waitFor();
  await toStep(page, 'Vérifier et envoyer');
  await page.getByRole('button', { name: 'Vérifier la liste' }).click();
  await sendChecked(page, 'Envoyer à 1 destinataire, sans la ligne en erreur');
  await page.getByText('1 sur 1 envoyés').waitFor();
  expect(received(/à dimanche/).map(({ to }) => to)).toEqual([phone(71)]);
  await rm(folder, { recursive: true });
  expect(troubles().filter((trouble) => !trouble.includes('422'))).toEqual([]);
}, 120_000);

test('in English on a narrow screen a campaign is duplicated, scheduled by local time, cancelled', async () => {
  await signInAs(page, started.app, OWNER, 'en');
  await page.setViewportSize({ width: 375, height: 740 });
  await page.getByRole('link', { name: 'Campaigns' }).click();
  await page.getByRole('link', { name: 'Liste du samedi' }).click();
  await page.getByRole('link', { name: 'Duplicate' }).click();
  await page.getByRole('heading', { name: 'New campaign' }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Bonjour {{prenom}}, passez samedi matin !');
  await toStep(page, 'Recipients');
  await page.getByRole('textbox', { name: 'Recipients', exact: true }).fill(`prenom,to\nZoé,${phone(21)}`);
  await toStep(page, 'Options');
  await page.getByText('Send later').click();
  await page.getByLabel('Date and time of sending').fill(`${DAY}T12:00`);
  await page.getByRole('complementary', { name: 'Preview' }).getByText('Bonjour Zoé').waitFor();
  expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(375);
  await clean('the composer, narrow');
  await sendReviewed(page, 'Send to 1 recipient', 'en');
  await page.getByRole('button', { name: 'Cancel the campaign' }).waitFor();
  const [campaign = ''] = new URL(page.url()).pathname.split('/').slice(-1);
  // Noon in Paris, in summer.
  expect((await started.app.account.get(`/v1/campaigns/${campaign}`))['sendAt']).toBe(`${DAY}T10:00:00.000Z`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.getByRole('button', { name: 'Cancel the campaign' }).click();
  const asked = page.getByRole('alertdialog', { name: 'Cancel this campaign?' });
  await clean('a campaign that is to be cancelled');
  await asked.getByRole('button', { name: 'Cancel the campaign' }).click();
  await page.getByText('Cancelled', { exact: true }).waitFor();
  expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(375);
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(troubles()).toEqual([]);
}, 120_000);

test('a campaign that is going says how fast and how long, and stops as soon as it is told to', async () => {
  const recipients = Array.from({ length: 60 }, (_, index) => ({ to: phone(100 + index) }));
  const lowcost = { route: 'lowcost', withReplies: false, purpose: 'transactional', text: 'En route', recipients };
  const { id } = await started.app.campaign(lowcost.recipients, lowcost);
  await page.goto(`${started.app.url}/campaigns/${String(id)}`);
  await page.getByText(/\d+ SMS a minute, \d+ minutes? left/).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Cancel the campaign' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the campaign' }).click();
  await page.getByText('Cancelled', { exact: true }).waitFor();
  expect(received(/En route/).length).toBeLessThan(60);
}, 120_000);

test('a saved list and contacts by tag are recipients; a V0 account is asked in its own words', async () => {
  const { app } = started;
  await app.account.send('PUT', '/v1/contacts', { phone: phone(31), firstName: 'Ana', tags: ['fidèle'] });
  await app.account.send('PUT', '/v1/contacts', { phone: phone(32), firstName: 'Bob', tags: [] });
  await begin('en');
  await compose(page, 'For friends', 'Hello {{firstName}}, come by?', '', 'en');
  await page.getByRole('radiogroup', { name: 'Recipients' }).getByText('Contacts').click();
  await page.getByRole('textbox', { name: 'Tag of the contacts' }).fill('fidèle');
  await page.getByRole('complementary', { name: 'Preview' }).getByText('Hello Ana, come by?').waitFor();
  await toStep(page, 'Review and send');
  await page.getByRole('button', { name: 'Check the list' }).click();
  await sendChecked(page, 'Send to 1 recipient', 'en');
  await until('Ana has it', () => received(/Hello Ana/).some(({ to }) => to === phone(31)));
  expect(received(/come by/)).toHaveLength(1);

  const list = textOf(await app.account.send('POST', '/v1/lists', { name: 'Regulars' }), 'id');
  const filled = await fetch(`${app.url}/v1/lists/${list}/rows?to=tel`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'text/csv' },
    body: `tel,prenom\n${phone(33)},Cléo\n`,
  });
  expect(filled.status).toBe(200);
  await page.getByRole('link', { name: 'Duplicate' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Hello {{prenom}}, still there?');
  await toStep(page, 'Recipients');
  await page.getByRole('radiogroup', { name: 'Recipients' }).getByText('List', { exact: true }).click();
  await page.getByRole('combobox', { name: 'List', exact: true }).selectOption('Regulars');
  await toStep(page, 'Review and send');
  await page.getByRole('button', { name: 'Check the list' }).click();
  await page.getByRole('complementary', { name: 'Preview' }).getByText('Hello Cléo, still there?').waitFor();
  await sendChecked(page, 'Send to 1 recipient', 'en');
  await until('Cléo has it', () => received(/Hello Cléo/).some(({ to }) => to === phone(33)));

  const basis = { platform: 'v0', createdAt: '2015-01-01T00:00:00Z', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const operator = createClient(app.url, app.operatorKey);
  const garage = textOf(await operator.send('POST', '/v1/operator/accounts', { name: 'Garage Martin', ...basis }), 'id');
  await operator.send('PUT', `/v1/operator/accounts/${garage}/two-way`, { state: 'on', reason: 'x' });
  await createOwner(app.config.DATABASE_URL, 'martin@garage.example', garage);
  await signInAs(page, app, 'martin@garage.example', 'fr');
  await begin();
  await compose(page, 'Prête', 'Votre voiture est prête.', phone(41));
  await toStep(page, 'Options');
  const asked = page.getByRole('radiogroup', { name: 'Recevoir les réponses ?' });
  expect(await asked.getByRole('radio', { name: 'oui' }).isChecked()).toBe(true);
  await page.getByRole('combobox', { name: 'Expéditeur' }).selectOption('name');
  await page.getByRole('textbox', { name: 'Un nom de 3 à 11 lettres et chiffres' }).fill('Garage');
  await page.getByRole('alert').filter({ hasText: 'Écrivez XXXXX dans le message' }).waitFor();
  await toStep(page, 'Message');
  await page.getByRole('textbox', { name: 'Message' }).fill('Votre voiture est prête. Un avis ? SMS au XXXXX');
  await page.getByText(/Doit écrire un nouveau SMS au 3801[56]/).waitFor();
  await clean('the composer of a V0 account');
  expect(troubles()).toEqual([]);
}, 120_000);
