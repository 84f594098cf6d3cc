import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner, setPassword } from '../../cli/admin.ts';
import { createClient, itemsOf, textOf, type ApiClient } from '../../dev/seed.ts';
import { phone, until } from '../fixtures/app.ts';
import { axe, startConsole } from '../fixtures/console/browser.ts';
import { compose, sendReviewed, signedIn, toStep } from '../fixtures/console/by-hand.ts';
import { endpointIs } from '../fixtures/states/callbacks.ts';

const OPERATOR = 'operator@aller-retour.example';
const MARTIN = 'martin@garage.example';
const OWNER = 'loueuse@boulangerie.example';
const PATRONNE = 'patronne@boulangerie.example';
const RENTED = '+33644700009';

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ ways: {}, numbers: [RENTED] });
  page = await started.browser.open();
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

const clean = async (where: string) => expect({ where, found: await axe(page) }).toEqual({ where, found: [] });
const open = (name: string) => page.getByRole('link', { name }).click();

/** In French, as the page begins. */
async function signIn(email: string): Promise<void> {
  const { app } = started;
  await page.context().clearCookies();
  await page.goto(app.url);
  await page.getByRole('textbox', { name: 'Adresse e-mail' }).fill(email);
  await page.getByLabel('Mot de passe').fill(await setPassword(app.config.DATABASE_URL, email));
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await signedIn(page, 'fr');
}

/** An account of before 2020-10-01 with a callback, as its operator made it. */
async function garage(operator: ApiClient): Promise<{ account: ApiClient; endpoint: string }> {
  const { app } = started;
  const basis = { platform: 'v0', createdAt: '2015-01-01T00:00:00Z', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const id = textOf(await operator.send('POST', '/v1/operator/accounts', { name: 'Garage Martin', ...basis }), 'id');
  await operator.send('PUT', `/v1/operator/accounts/${id}/two-way`, { state: 'on', reason: 'x' });
  const key = textOf(await operator.send('POST', `/v1/operator/accounts/${id}/keys`, { name: 'test' }), 'key');
  const account = createClient(app.url, key);
  await account.send('PATCH', '/v1/account', { defaultSender: '12345' });
  await account.send('POST', '/v1/callback-endpoints', { url: `${app.world.endpoint.url}/hook/garage` });
  const [asked] = itemsOf(await operator.get('/v1/operator/setting-requests'));
  await operator.send('POST', `/v1/operator/setting-requests/${textOf(asked ?? {}, 'id')}/carry-out`);
  await createOwner(app.config.DATABASE_URL, MARTIN, id);
  const [endpoint] = itemsOf(await account.get('/v1/callback-endpoints'));
  return { account, endpoint: textOf(endpoint ?? {}, 'id') };
}

test('a V0 account sends with its own words; each change of its callback is done by the operator', async () => {
  const { app } = started;
  const operator = createClient(app.url, app.operatorKey);
  const { account, endpoint } = await garage(operator);
  await signIn(MARTIN);
  await open('Campagnes');
  await open('Nouvelle campagne');
  await compose(page, 'Voitures prêtes', 'Votre voiture est prête. Passez-vous ce soir ?', phone(1));
  await toStep(page, 'Options');
  const asked = page.getByRole('radiogroup', { name: 'Recevoir les réponses ?' });
  await asked.getByText('non').click();
  await asked.getByText('oui').click();
  await sendReviewed(page, 'Envoyer à 1 destinataire');
  await page.getByText('1 sur 1 envoyés').waitFor();
  await app.world.phones.reply(phone(1), 'Oui, à 18 h');
  await open('Historique des réponses');
  await page.getByRole('heading', { name: 'Historique des réponses', level: 1 }).waitFor();
  await page.getByRole('cell', { name: 'Oui, à 18 h' }).waitFor();
  await clean('the history of replies');

  const stateOf = async () => (await account.get(`/v1/callback-endpoints/${endpoint}/health`))['health'];
  const secrets = async () => (await app.rows('select secrets from callback_endpoints where id = $1', [endpoint]))[0];
  const before = await secrets();
  await open('Réglages');
  await open(`${app.world.endpoint.url}/hook/garage`);
  await page.getByRole('button', { name: 'Mettre en pause' }).click();
  await page.getByText('Demandé : nous le mettons en place').waitFor();
  await page.getByRole('button', { name: 'Changer le secret' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Changer le secret' }).click();
  await page.getByText(/^whsec_/).waitFor();
  await clean('an endpoint of a V0 account');
  expect([await stateOf(), await secrets()]).toEqual(['healthy', before]);
  await carryOut(2);
  expect(await stateOf()).toBe('paused');
  expect(await secrets()).not.toEqual(before);

  await endpointIs(app.db, endpoint, { state: 'disabled' });
  await signIn(MARTIN);
  await page.goto(`${app.url}/settings/callback/${endpoint}`);
  await page.getByRole('button', { name: 'Remettre en service' }).click();
  await page.getByText('Demandé : nous le mettons en place').first().waitFor();
  await page.getByRole('button', { name: 'Supprimer' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Supprimer' }).click();
  await page.getByRole('link', { name: 'Changements demandés' }).first().click();
  await until('two wait', async () => (await page.getByRole('cell', { name: 'En attente' }).count()) === 2);
  expect(await stateOf()).toBe('disabled');
  await carryOut(1);
  // Tried first, and healthy once that is taken.
  expect(await stateOf()).not.toBe('disabled');
  await carryOut(1);
  expect(itemsOf(await account.get('/v1/callback-endpoints'))).toEqual([]);
  expect(page.troubles.splice(0)).toEqual([]);
}, 120_000);

/** The operator does what was asked for first. */
async function carryOut(count: number): Promise<void> {
  const asked = page.getByRole('table', { name: 'Changements demandés par les comptes V0' }).getByRole('row');
  if ((await asked.count()) === 0) {
    await signIn(OPERATOR);
    await page.goto(`${started.app.url}/operator/requests`);
  }
  for (let done = 0; done < count; done++) {
    await asked.nth(1).waitFor();
    const left = await asked.count();
    await page.getByRole('button', { name: 'Faire ce changement' }).first().click();
    await until('it is done', async () => (await asked.count()) < left);
  }
}

test('a number is rented, chosen as sender and answered to; the usual sender is offered first', async () => {
  const { app } = started;
  const operator = createClient(app.url, app.operatorKey);
  const carriers = itemsOf(await operator.get('/v1/operator/carriers'));
  const premium = carriers.find(({ name }) => name === 'demo-smsc') ?? {};
  const number = { number: RENTED, kind: 'virtual', carrier: textOf(premium, 'id'), country: 'FR' };
  await operator.send('POST', '/v1/operator/numbers', number);
  await operator.send('POST', '/v1/operator/prices', { kind: 'number-month', country: 'FR', amount: '5' });
  await createOwner(app.config.DATABASE_URL, OWNER, app.accountId);
  await signIn(OWNER);
  await open('Réglages');
  await page.getByRole('link', { name: 'Numéros', exact: true }).click();
  await page.getByRole('button', { name: 'Louer le +33 6 44 70 00 09' }).click();
  await page.getByRole('table', { name: 'Vos numéros' }).getByRole('cell', { name: '+33 6 44 70 00 09' }).waitFor();
  await clean('rented numbers');

  const begin = async (name: string, to: string) => {
    await open('Campagnes');
    await open('Nouvelle campagne');
    await compose(page, name, `${name} : viendrez-vous ?`, to);
    await toStep(page, 'Options');
  };
  const sent = async (text: string) => {
    const preview = page.getByRole('complementary', { name: 'Aperçu' });
    await preview.getByText('Peut répondre directement (+33 6 44 70 00 09)').waitFor();
    await sendReviewed(page, 'Envoyer à 1 destinataire');
    await page.getByText('1 sur 1 envoyés').waitFor();
    return app.world.phones.received.find((sms) => sms.text.startsWith(text))?.from;
  };
  await begin('Fête du four', phone(2));
  await page.getByRole('combobox', { name: 'Expéditeur' }).selectOption({ label: 'Un numéro que vous louez' });
  expect(await page.getByRole('combobox', { name: 'Numéro', exact: true }).inputValue()).toBe(RENTED);
  expect(await sent('Fête du four')).toContain('33644700009');
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  await app.world.phones.reply(phone(2), 'Oui, au nouveau numéro');
  await page.getByRole('row', { name: '+33 6' }).click();
  await page.getByRole('log').getByText('Oui, au nouveau numéro').waitFor();
  await page.getByText('Vous répondez par le +33 6 44 70 00 09').waitFor();

  await open('Réglages');
  await page.getByRole('link', { name: 'Expéditeur', exact: true }).click();
  await page.getByRole('combobox', { name: 'Expéditeur' }).selectOption({ label: 'Un numéro que vous louez' });
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await until('it is kept', async () => (await app.account.get('/v1/account'))['defaultSender'] === RENTED);
  await begin('Fête des pères', phone(3));
  const senders = page.getByRole('combobox', { name: 'Expéditeur' }).getByRole('option');
  // The page may begin with the account as it was before, until it has been read anew.
  await until('the usual one is offered', async () => (await senders.count()) === 3);
  expect(await senders.allTextContents()).toEqual([
    expect.stringContaining('Votre expéditeur habituel'),
    'Numéro court, auquel chacun peut répondre',
    'Un numéro que vous louez',
  ]);
  expect(await sent('Fête des pères')).toContain('33644700009');
  expect(page.troubles.splice(0)).toEqual([]);
}, 120_000);

test('a person is written to, tagged, and erased when they ask; a revoked key opens nothing', async () => {
  const { app } = started;
  await createOwner(app.config.DATABASE_URL, PATRONNE, app.accountId);
  await signIn(PATRONNE);
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  for (const [to, text] of [
    [phone(21), 'Bonjour, votre commande est prête.'],
    [phone(22), 'Bonjour, la vôtre aussi.'],
  ] as const) {
    await open('Nouveau message');
    await page.getByRole('textbox', { name: 'Numéro' }).fill(to);
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.getByRole('button', { name: 'Envoyer', exact: true }).click();
    await page.getByRole('log').getByText(text).waitFor();
    await until('the phone has it', () => app.world.phones.received.some((sms) => sms.to === to && sms.text === text));
    await app.world.phones.reply(to, `Merci du ${to}`);
    await page.getByRole('log').getByText(`Merci du ${to}`).waitFor();
  }
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await page.getByRole('textbox', { name: 'Nouvelle étiquette' }).fill('pain, samedi');
  await page.getByRole('button', { name: 'Ajouter l’étiquette' }).click();
  await until('both are kept', async () => {
    const { tags } = await app.account.get(`/v1/conversations/${id}`);
    return JSON.stringify(tags) === JSON.stringify(['pain', 'samedi']);
  });
  await clean('a conversation that was begun');

  await open('Réglages');
  await open('Données personnelles');
  await page.getByRole('textbox', { name: 'Numéro' }).fill(phone(21));
  await page.getByRole('button', { name: 'Voir ce qui est connu' }).click();
  await page.getByRole('heading', { name: '+33 6 12 00 00 21' }).waitFor();
  await clean('what is known of one person');
  // The next one is written before this one is erased.
  await page.getByRole('textbox', { name: 'Numéro' }).fill(phone(22));
  await page.getByRole('button', { name: 'Effacer' }).click();
  const sure = page.getByRole('alertdialog', { name: 'Effacer tout ce qui est connu du +33 6 12 00 00 21 ?' });
  await sure.getByRole('button', { name: 'Effacer' }).click();
  await page.getByText('Effacé : 1 SMS envoyés, 1 réponses.').waitFor();
  const left = itemsOf(await app.account.get('/v1/replies')).map((reply) => textOf(reply, 'text'));
  expect(left).toContain(`Merci du ${phone(22)}`);
  expect(left).not.toContain(`Merci du ${phone(21)}`);

  await open('Clés d’API');
  await page.getByRole('textbox', { name: 'Nom' }).fill('Caisse');
  await page.getByRole('button', { name: 'Créer la clé' }).click();
  const shown = page.getByRole('status').filter({ hasText: 'Caisse' }).getByText(/^ar_/);
  const till = createClient(app.url, (await shown.textContent()) ?? '');
  expect(textOf(await till.get('/v1/account'), 'id')).toBe(app.accountId);
  await page
    .getByRole('row', { name: /^Caisse/ })
    .getByRole('button', { name: 'Révoquer' })
    .click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Révoquer' }).click();
  await page
    .getByRole('row', { name: /^Caisse/ })
    .getByText('Révoquée')
    .waitFor();
  await expect(till.get('/v1/account')).rejects.toThrow('401');
  expect(page.troubles.splice(0)).toEqual([]);
}, 120_000);

test('contacts and opt-outs as another provider exports them are imported from their files', async () => {
  const { app } = started;
  const owner = 'importe@boulangerie.example';
  await createOwner(app.config.DATABASE_URL, owner, app.accountId);
  await signIn(owner);
  await page.goto(`${app.url}/contacts`);
  const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page
    .locator('input[type=file]')
    .setInputFiles(file('contacts.csv', 'first_name;last_name;phone_number\nLéa;Martin;0033612000071\n'));
  await page.getByRole('textbox', { name: 'Étiquette pour tous (facultative)' }).fill('anciens');
  await clean('contacts');
  await page.getByRole('button', { name: 'Ajouter' }).click();
  await page.getByRole('row', { name: 'Léa Martin' }).filter({ hasText: 'anciens' }).waitFor();
  await page.goto(`${app.url}/settings/opt-outs`);
  await page.locator('input[type=file]').setInputFiles(file('blacklist.csv', 'date;phone_number\n2026-01-01;+33612000072\n'));
  await page.getByRole('button', { name: 'Ajouter' }).click();
  await page.getByText('1 ajoutés, 0 y étaient déjà.').waitFor();
  // A bad line is named as it stands in the file, its heading counted.
  await page.locator('input[type=file]').setInputFiles(file('liste.csv', 'phone\n+33612000073\nabc\n'));
  await page.getByRole('button', { name: 'Ajouter' }).click();
  await page.getByRole('alert').getByText('Ligne 3').waitFor();
  expect(await app.rows('select phone, source from opt_outs where phone = $1', ['+33612000072'])).toHaveLength(1);
});
