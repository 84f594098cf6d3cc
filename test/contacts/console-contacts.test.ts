import { expect, test } from 'vitest';
import { axe } from '../fixtures/console/browser.ts';
import { startPages } from '../fixtures/pages.ts';
import { aMessage } from '../fixtures/rows.ts';

const PHONE = '+33612000001';

test('contacts come by chosen columns; on its page each is named, tagged, remembered and erased', async () => {
  await using pages = await startPages();
  const { page, shop, api } = pages;
  await aMessage(api.db, { accountId: shop.id, toNumber: PHONE, text: 'Votre pain est prêt', submittedAt: new Date() });
  await pages.signIn('fr');
  await page.getByRole('link', { name: 'Contacts' }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choisir un fichier CSV ou Excel' }).click(),
  ]);
  const csv = `identité;ligne;prénom usuel\nDurand;${PHONE};Zoé\nMartin;+33612000002;Léo\n`;
  await chooser.setFiles({ name: 'clients.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.getByRole('combobox', { name: 'Colonne : Numéro' }).selectOption('ligne');
  await page.getByRole('combobox', { name: 'Colonne : Prénom' }).selectOption('prénom usuel');
  await page.getByRole('combobox', { name: 'Colonne : Nom' }).selectOption('identité');
  await page.getByRole('textbox', { name: 'Étiquette pour tous' }).fill('fidèle');
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Ajouter' }).click();
  await page.getByText('Les contacts sont importés.').waitFor();
  await page.getByRole('row', { name: /Léo Martin/ }).waitFor();

  await page.getByRole('link', { name: 'Zoé Durand' }).click();
  await page.getByRole('heading', { name: 'Zoé Durand' }).waitFor();
  await page.getByRole('cell', { name: 'Votre pain est prêt' }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Étiquettes' }).inputValue()).toBe('fidèle');
  await page.getByRole('textbox', { name: 'Étiquettes' }).fill('fidèle, pain');
  await page.getByRole('textbox', { name: 'Prénom' }).fill('Zoë');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByRole('heading', { name: 'Zoë Durand' }).waitFor();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axe(page)).toEqual([]);
  }
  expect((await shop.call('GET', '/contacts?tag=pain')).body.items).toMatchObject([
    { firstName: 'Zoë', tags: ['fidèle', 'pain'] },
  ]);
  await page.getByRole('button', { name: 'Effacer' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Effacer' }).click();
  await page.getByRole('heading', { name: 'Contacts', exact: true }).waitFor();
  await page.getByRole('row', { name: /Léo Martin/ }).waitFor();
  await page.getByRole('row', { name: /Zoë Durand/ }).waitFor({ state: 'detached' });
  // Those of one tag, and a campaign to them.
  await page.getByRole('link', { name: 'fidèle' }).click();
  await page.getByRole('link', { name: 'Nouvelle campagne' }).click();
  await page.getByRole('navigation', { name: 'Étapes' }).getByRole('button', { name: 'Destinataires' }).click();
  expect(await page.getByRole('textbox', { name: 'Étiquette des contacts' }).inputValue()).toBe('fidèle');
  expect(page.troubles).toEqual([]);
}, 90_000);

test('saved lists are seen with their rows, renamed, used and deleted, in both languages', async () => {
  await using pages = await startPages();
  const { page, shop } = pages;
  const { id } = (await shop.call('POST', '/lists', { name: 'Clients' })).body;
  const csv = { 'content-type': 'text/csv' };
  await pages.api.call('PUT', `/v1/lists/${id}/rows`, {
    key: shop.key,
    headers: csv,
    raw: `to,prenom\n${PHONE},Zoé\n+33612000002,Léo\n`,
  });
  await shop.call('POST', '/lists', { name: 'Autres' });
  await pages.signIn('en');
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByRole('link', { name: 'Saved lists' }).click();
  const row = page.getByRole('row', { name: /Clients 2 to, prenom/ });
  await row.getByRole('button', { name: 'Rename' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Autres');
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Rename' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Fidèles');
  await dialog.getByRole('button', { name: 'Rename' }).click();
  const renamed = page.getByRole('row', { name: /Fidèles 2 to, prenom/ });
  await renamed.waitFor();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axe(page)).toEqual([]);
  }
  await renamed.getByRole('link', { name: 'New campaign' }).click();
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Recipients' }).click();
  await page.getByRole('combobox', { name: 'List', exact: true }).waitFor();
  expect(await page.getByRole('combobox', { name: 'List', exact: true }).inputValue()).toBe(id);
  await pages.visit('/contacts/lists');
  await renamed.getByRole('button', { name: 'Remove' }).click();
  await dialog.getByText('Campaigns that took it keep their recipients').waitFor();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await renamed.waitFor({ state: 'detached' });
  expect((await shop.call('GET', '/lists')).body.items).toMatchObject([{ name: 'Autres' }]);
}, 90_000);
