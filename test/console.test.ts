import { expect, test } from 'vitest';
import { createOwner, setPassword } from '../admin.ts';
import { phone, until, type App } from './fixtures/app.ts';
import { axe, startConsole } from './fixtures/browser.ts';

const OWNER = 'patronne@boulangerie.example';

/** An owner of the app's account, and their password. */
async function owner(app: App): Promise<string> {
  await createOwner(app.config.DATABASE_URL, OWNER, app.accountId);
  return setPassword(app.config.DATABASE_URL, OWNER);
}

test('the round trip by a person’s hands: sign in, compose, send, the phone answers, the chat shows it live, the answer reaches the phone', async () => {
  await using started = await startConsole();
  const { app, browser } = started;
  const password = await owner(app);
  const page = await browser.open();
  const clean = async (where: string) => expect({ where, found: await axe(page) }).toEqual({ where, found: [] });

  await page.goto(app.url);
  await page.getByRole('textbox', { name: 'Adresse e-mail' }).fill(OWNER);
  await page.getByLabel('Mot de passe').fill(password);
  await clean('sign in');
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByRole('heading', { name: 'Pas encore de conversation' }).waitFor();
  await clean('an empty chat');

  await page.getByRole('link', { name: 'Campagnes' }).click();
  await page.getByRole('link', { name: 'Nouvelle campagne' }).click();
  await page.getByRole('textbox', { name: 'Nom' }).fill('Rentrée');
  await page.getByRole('textbox', { name: 'Message' }).fill('Bonjour {{prenom}}, à samedi ? œ');
  await page.getByRole('textbox', { name: 'Destinataires' }).fill(`prenom;mobile\nZoé;${phone(1)}\nLéo;${phone(2)}`);
  await page.getByText('Bonjour Zoé, à samedi ? œ').waitFor();
  await page.getByText('Ces caractères raccourcissent le SMS').waitFor();
  await clean('the composer');
  await page.getByRole('button', { name: 'Envoyer à 2 destinataires' }).click();
  await page.getByText('2 sur 2 remis').waitFor();
  await clean('a campaign');
  expect(app.world.phones.received.map(({ text }) => text).toSorted()).toEqual([
    expect.stringMatching(/^Bonjour Léo, à samedi \? œ STOP au \d{5}$/),
    expect.stringMatching(/^Bonjour Zoé, à samedi \? œ STOP au \d{5}$/),
  ]);

  await page.getByRole('link', { name: 'SMS Chat' }).click();
  await app.world.phones.reply(phone(1), 'Oui, avec plaisir');
  await page.getByRole('row', { name: '+33 6' }).click();
  await page.getByText('Oui, avec plaisir').waitFor();
  await page.getByText('Pourquoi cette campagne ?').click();
  await page.getByText('Répond à la campagne « Rentrée ».').waitFor();
  await page.keyboard.press('r');
  await page.getByRole('textbox', { name: 'Votre réponse' }).fill('À samedi !');
  await page.keyboard.press('Control+Enter');
  await until('the phone has the answer', () => app.world.phones.received.some(({ text }) => text === 'À samedi !'));
  await page.getByRole('listitem').filter({ hasText: 'À samedi !' }).getByText('Remis').waitFor();
  await app.world.phones.reply(phone(1), 'STOP');
  await page.getByText('a demandé à ne plus recevoir vos SMS').waitFor();
  await clean('a conversation');

  await page.getByRole('link', { name: 'SMS reçus' }).click();
  await page.getByRole('cell', { name: 'Oui, avec plaisir' }).waitFor();
  await clean('received SMS');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Exporter en CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('replies.csv');
  const file = await page.evaluate(async () => (await fetch('/v1/replies.csv')).text());
  expect(
    file
      .trim()
      .split('\r\n')
      .map((line) => line.split(',')[3]),
  ).toEqual(['text', 'STOP', '"Oui']);

  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Received SMS' }).waitFor();
  await page.setViewportSize({ width: 375, height: 700 });
  for (const name of ['Campaigns', 'SMS Chat', 'Received SMS']) {
    await page.getByRole('link', { name }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(375);
    await clean(`${name}, narrow`);
  }
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(page.troubles).toEqual([]);
}, 180_000);
