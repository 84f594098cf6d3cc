import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner, setPassword } from '../../cli/admin.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { phone, until } from '../fixtures/app.ts';
import { signedIn } from '../fixtures/console/by-hand.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { aMessage, aReply } from '../fixtures/rows.ts';
import { manyReplies } from '../fixtures/states/replies.ts';

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
  await signedIn(page, 'fr');
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

test('a campaign’s results name each country with its messages, replies and reply rate', async () => {
  const { app } = started;
  const campaign = await app.campaign([{ to: phone(1) }], { purpose: 'transactional' });
  await app.ended(campaign);
  const campaignId = textOf(campaign, 'id');
  const [stored] = await app.rows<{ carrier_id: string }>('select carrier_id from campaigns');
  const carrierId = stored?.carrier_id ?? '';
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

  await page.goto(`${app.url}/campaigns/${campaignId}?tab=statistics`);
  await page.getByText('Messages et réponses par pays').click();
  const table = page.getByRole('table', { name: 'Messages et réponses par pays' });
  await table.getByRole('row', { name: /^Belgique 2 2 2 100/ }).waitFor();
  await table.getByRole('row', { name: /^La Réunion 1 0 0 0/ }).waitFor();
  expect(await axe(page)).toEqual([]);

  expect(page.troubles.splice(0)).toEqual([]);
}, 120_000);

test('an export says how far it is, a workbook too; a cut one is said, a stopped one not kept', async () => {
  const { app } = started;
  const random = () => randomBytes(16).toString('hex');
  await manyReplies(
    app.db,
    app.accountId,
    30_000,
    (n) => `Réponse "${n}"
à deux lignes ${random()}`,
  );
  await page.goto(`${app.url}/replies`);
  // What the page has said so far, gathered by itself: it is gone as soon as the next is said.
  await page.evaluate(`globalThis.said = []; new MutationObserver(() => {
    const now = document.querySelector('progress')?.parentElement?.querySelector('span')?.textContent;
    if (now) globalThis.said.push(now);
  }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
  for (const format of ['CSV', 'XLSX']) {
    await page.evaluate('globalThis.said.length = 0');
    const file = await taken(`Exporter en ${format}`);
    await page.getByText('Le fichier est prêt.').waitFor();
    expect(file.bytes.length).toBeGreaterThan(500_000);
    const said = String(await page.evaluate('globalThis.said.join("|")'));
    const percents = [...said.matchAll(/sur 30.?002 \((\d+).%\)/g)].map(([, percent]) => Number(percent));
    expect([format, percents.toSorted((a, b) => a - b), percents.some((each) => each > 0 && each < 100)]).toEqual([
      format,
      percents,
      true,
    ]);
  }
  // Half of it, ended as if it were whole.
  await page.route('**/v1/replies.xlsx*', async (route) => {
    const response = await route.fetch();
    const whole = await response.body();
    await route.fulfill({ response, body: whole.subarray(0, whole.length / 2) });
  });
  await page.getByRole('button', { name: 'Exporter en XLSX' }).click();
  await page.getByRole('alert').filter({ hasText: 'Le fichier s’est arrêté avant la fin' }).waitFor();
  await page.unroute('**/v1/replies.xlsx*');
  await page.route('**/v1/replies.csv*', () => {}); // never answered
  await page.getByRole('button', { name: 'Exporter en CSV' }).click();
  await page.getByRole('progressbar', { name: 'Export en cours' }).waitFor();
  await page.getByRole('button', { name: 'Arrêter' }).click();
  await page.getByRole('button', { name: 'Exporter en CSV' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await page.getByText('Le fichier est prêt.').count()).toBe(0);
  await page.unroute('**/v1/replies.csv*');
  expect(page.troubles.splice(0)).toEqual([]);
}, 120_000);

test('days off are set by the keyboard’s controls: public holidays, and a closure of one’s own', async () => {
  const { app } = started;
  await page.goto(`${app.url}/settings/out-of-hours`);
  await page.getByRole('heading', { name: 'Jours de fermeture' }).waitFor();
  /** Which holiday comes next depends on the day. */
  const next = async (language: string): Promise<string> => {
    const [first] = itemsOf({ items: (await app.account.get(`/v1/out-of-hours?language=${language}`))['coming'] });
    return textOf(first ?? {}, 'name');
  };
  await page
    .getByText('Les prochains :')
    .filter({ hasText: await next('fr') })
    .waitFor();
  await page.getByRole('checkbox', { name: 'Fermé les jours fériés (France)' }).focus();
  await page.keyboard.press('Space');
  expect(await page.getByRole('checkbox', { name: 'Fermé les jours fériés (France)' }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Ajouter une fermeture' }).click();
  const closure = page.getByRole('group', { name: 'Fermeture 1' });
  await closure.getByLabel('Fermé du').fill('2027-08-02');
  expect(await closure.getByLabel('Au (inclus)').inputValue()).toBe('2027-08-02');
  await closure.getByLabel('Au (inclus)').fill('2027-08-20');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByRole('button', { name: 'Retirer la fermeture du 2 août 2027 au 20 août 2027' }).waitFor();
  const closed = [{ from: '2027-08-02', to: '2027-08-20' }];
  await until('it is set', async () => (await app.account.get('/v1/out-of-hours'))['holidays'] === true);
  expect(await app.account.get('/v1/out-of-hours')).toMatchObject({ holidays: true, closed });
  expect(await axe(page)).toEqual([]);
  await speak('en');
  await page.getByRole('checkbox', { name: 'Closed on public holidays (France)' }).waitFor();
  await page
    .getByText('The next ones:')
    .filter({ hasText: await next('en') })
    .waitFor();
  await speak('fr');
  expect(page.troubles.splice(0)).toEqual([]);
}, 120_000);

test('the page of figures says when a large campaign was counted', async () => {
  await page.goto(`${started.app.url}/analytics`);
  await page.getByText(/Comptés le .* au plus tôt/).waitFor();
  expect(await axe(page)).toEqual([]);
  expect(page.troubles.splice(0)).toEqual([]);
}, 120_000);
