import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axe } from '../fixtures/console/browser.ts';
import { compose, toStep } from '../fixtures/console/by-hand.ts';
import { DIST, startPages } from '../fixtures/pages.ts';
import { aConversation } from '../fixtures/rows.ts';
import { until } from '../fixtures/app.ts';

/** The same console as another build of it: its files have other names, or are not there. */
async function anotherBuild({ without = '' }: { without?: string } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'console-build-'));
  await cp(DIST, folder, { recursive: true });
  const assets = join(folder, 'assets');
  // What is changed here is not what was squeezed.
  for (const file of await readdir(folder, { recursive: true })) if (file.endsWith('.br')) await rm(join(folder, file));
  const files = await readdir(assets);
  // What a file is made of is in its name, and so all that name one another have another.
  const names = files.filter((file) => file.endsWith('.js')).map((file) => file.replace(/\.js$/, ''));
  const renamed = (text: string) => names.reduce((all, name) => all.replaceAll(name, other(name)), text);
  const suffix = folder.slice(-6);
  const other = (name: string) => name.replace(/-.*$/, `-${suffix}`) + names.indexOf(name);
  for (const path of ['index.html', ...files.filter((file) => file.endsWith('.js')).map((file) => `assets/${file}`)]) {
    const text = await readFile(join(folder, path), 'utf8');
    await writeFile(join(folder, path), renamed(text));
  }
  for (const name of names) {
    if (without !== '' && name.startsWith(without)) await rm(join(assets, `${name}.js`));
    else await rename(join(assets, `${name}.js`), join(assets, `${other(name)}.js`));
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** How often the page was loaded as a whole from here on. */
function countLoads(page: Page): () => number {
  let loads = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads++;
  });
  return () => loads;
}
const failed = (page: Page) => page.getByRole('alert').filter({ hasText: 'n’a pas pu être chargée' });
const again = (page: Page) => page.getByRole('alert').getByRole('button', { name: 'Réessayer' });

test('a page whose file can not be fetched says so in the console, and is there when asked again', async () => {
  await using pages = await startPages();
  const { page } = pages;
  await pages.signIn('fr');
  await page.getByRole('link', { name: 'Campagnes' }).click();
  await page.getByRole('heading', { name: 'Pas encore de campagne' }).waitFor();
  const loads = countLoads(page);
  await page.context().setOffline(true);
  await page.getByRole('link', { name: 'Rapports' }).click();
  await failed(page).waitFor();
  expect(await axe(page)).toEqual([]);
  await again(page).click();
  await page.getByRole('alert').filter({ hasText: 'Le serveur ne répond pas' }).waitFor();
  await page.getByRole('link', { name: 'Campagnes' }).click();
  await page.getByRole('heading', { name: 'Pas encore de campagne' }).waitFor();
  await page.getByRole('link', { name: 'Rapports' }).click();
  await failed(page).waitFor();
  expect(loads()).toBe(0);
  await page.context().setOffline(false);
  await again(page).click();
  await page.getByRole('heading', { name: 'Rapports', level: 1 }).waitFor();
}, 60_000);

test('a console of an earlier build loads the new one once, where it was, its begun answer kept', async () => {
  await using pages = await startPages();
  const { page, shop, api } = pages;
  const { id } = await aConversation(api.db, { account: shop.id });
  await pages.signIn('fr');
  await pages.visit(`/chat/${id}`);
  await page.getByRole('textbox', { name: 'Votre réponse' }).fill('Entendu, à samedi');
  await using build = await anotherBuild();
  pages.deploy(build.folder);
  const loads = countLoads(page);
  await page.getByRole('link', { name: 'Rapports' }).click();
  await page.getByRole('heading', { name: 'Rapports', level: 1 }).waitFor();
  expect(loads()).toBe(1);
  await page.goBack();
  await page.getByRole('textbox', { name: 'Votre réponse' }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Votre réponse' }).inputValue()).toBe('Entendu, à samedi');
}, 60_000);

test('a part of an earlier build that is gone brings the new build, too', async () => {
  await using pages = await startPages();
  const { page, shop } = pages;
  await shop.call('PUT', '/contacts', { phone: '+33612000001', firstName: 'Zoé', tags: [] });
  const [{ id }] = (await shop.call('GET', '/contacts')).body.items;
  await pages.signIn('fr');
  await pages.visit(`/contacts/${id}`);
  const remove = page.getByRole('button', { name: 'Retirer' });
  await remove.waitFor();
  await using build = await anotherBuild();
  pages.deploy(build.folder);
  const loads = countLoads(page);
  await remove.click();
  await until('it was loaded again', () => loads() === 1);
  await remove.click();
  await page.getByRole('alertdialog').waitFor();
  expect(loads()).toBe(1);
}, 60_000);

test('between servers of two builds that both miss a file, nobody is sent round in circles', async () => {
  await using pages = await startPages();
  const { page } = pages;
  await using one = await anotherBuild({ without: 'analytics' });
  await using two = await anotherBuild({ without: 'analytics' });
  await pages.signIn('fr');
  pages.deploy(one.folder);
  // Each question for the page is answered by the other one.
  let turn = 0;
  await page.route(/\/(analytics)?$/, (route) => {
    pages.deploy(turn++ % 2 === 0 ? one.folder : two.folder);
    return route.continue();
  });
  const loads = countLoads(page);
  await page.getByRole('link', { name: 'Rapports' }).click();
  await until('it has been tried', () => loads() > 0);
  await failed(page).waitFor();
  await page.waitForTimeout(3000);
  await failed(page).waitFor();
  expect(loads()).toBeLessThanOrEqual(3);
  await page.getByRole('link', { name: 'Campagnes' }).waitFor();
}, 60_000);

test('what was written stays when the words for its faults can not be fetched', async () => {
  await using pages = await startPages();
  const { page } = pages;
  await pages.signIn('fr');
  await pages.visit('/campaigns/new');
  await compose(page, 'Rentrée', 'Bonjour {{prenom}}', '+33612000001');
  await page.route('**/assets/faults-*.js', (route) => route.abort());
  await page.route('**/v1/campaigns/preview', (route) => route.fulfill({ status: 422, body: REFUSED }));
  await toStep(page, 'Message');
  await page.getByRole('textbox', { name: 'Message' }).fill('Bonjour {{prenom}} !');
  await page.getByRole('navigation', { name: 'Étapes' }).getByText('1 à corriger').waitFor();
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('Bonjour {{prenom}} !');
}, 60_000);
const REFUSED = JSON.stringify({ code: 'invalid-rows', errors: [{ field: 'to', row: 1, problem: 'x', remedy: 'y' }] });
