import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner, setPassword } from '../admin.ts';
import { textOf } from '../seed.ts';
import { phone } from './fixtures/app.ts';
import { axe, startConsole } from './fixtures/browser.ts';
import { aMessage, aReply } from './fixtures/rows.ts';

const OWNER = 'chiffres@boulangerie.example';
let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ ways: {} });
  page = await started.browser.open();
  const { config, accountId, url } = started.app;
  await createOwner(config.DATABASE_URL, OWNER, accountId);
  const password = await setPassword(config.DATABASE_URL, OWNER);
  await page.goto(url);
  await page.getByRole('textbox', { name: 'Adresse e-mail' }).fill(OWNER);
  await page.getByLabel('Mot de passe').fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByRole('button', { name: 'Se déconnecter' }).waitFor();
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

/** Whoever speaks English from here on. */
async function speak(locale: 'fr' | 'en'): Promise<void> {
  await page.evaluate(`localStorage.setItem('locale', '${locale}')`);
  await page.reload();
}
async function taken(button: string) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).last().click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test('where the phones of a campaign are is drawn as a map with a name, its figures beneath, and both are taken along', async () => {
  const { app } = started;
  const campaign = await app.campaign([{ to: phone(1) }], { purpose: 'transactional' });
  await app.ended(campaign);
  const campaignId = textOf(campaign, 'id');
  const [{ carrier_id: carrierId = '' } = {}] = await app.rows<{ carrier_id: string }>('select carrier_id from campaigns');
  let row = 1;
  const abroad = async (numbers: string[], answer: string | null) => {
    for (const toNumber of numbers) {
      const sent = {
        accountId: app.accountId,
        carrierId,
        campaignId,
        toNumber,
        submittedAt: new Date(),
        state: 'delivered',
      } as const;
      const { id: messageId } = await aMessage(app.db, { ...sent, row: ++row });
      if (answer === null) continue;
      const said = { accountId: app.accountId, carrierId, campaignId, messageId, fromNumber: toNumber, text: answer };
      await aReply(app.db, { ...said, receivedAt: new Date() });
    }
  };
  await abroad(['+32470123456', '+32470123457'], 'Oui');
  await abroad(['+262692123456', '+35699123456', '+35054123456'], null);

  await page.goto(`${app.url}/campaigns/${campaignId}`);
  const map = page.getByRole('img', { name: /^Carte : SMS envoyés\. / });
  await map.waitFor();
  expect(await map.getAttribute('aria-label')).toContain('Belgique 2, ');
  // Malta and La Réunion are dots; the atlas has no Gibraltar, which is said.
  await page.getByText('Pas sur la carte : Gibraltar').waitFor();
  const colours = () => map.locator('path:not(.shade-0)').count();
  expect(await colours()).toBe(4);
  await page.getByRole('combobox', { name: 'Couleurs' }).selectOption('Réponses');
  await page.getByRole('img', { name: /^Carte : Réponses\. Belgique 2, / }).waitFor();
  expect(
    await page
      .getByRole('img', { name: /^Carte/ })
      .locator('path:not(.shade-0)')
      .count(),
  ).toBe(1);
  const table = page.getByRole('table', { name: 'Messages et réponses par pays' });
  await table.getByRole('row', { name: /^Belgique 2 2 2 100/ }).waitFor();
  await table.getByRole('row', { name: /^La Réunion 1 0 0 0/ }).waitFor();
  expect(await axe(page)).toEqual([]);

  const csv = await taken('Exporter en CSV');
  expect(csv.bytes.toString()).toContain('"Belgique","2","2"');
  const png = await taken('Exporter en PNG');
  expect(png.name).toBe('Messages et réponses par pays.png');
  expect([png.bytes.subarray(1, 4).toString(), png.bytes.length > 20_000]).toEqual(['PNG', true]);

  await speak('en');
  await page.getByRole('img', { name: /^Map: SMS sent\. Belgium 2, / }).waitFor();
  await page.getByText('Not on the map: Gibraltar').waitFor();
  await speak('fr');
  expect(page.troubles.splice(0)).toEqual([]);
}, 60_000);
