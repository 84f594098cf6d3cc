import type { Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { until } from '../fixtures/app.ts';
import { axe } from '../fixtures/console/browser.ts';
import { fromAccountMenu } from '../fixtures/console/by-hand.ts';
import { startPages } from '../fixtures/pages.ts';
import { aConversation, aMessage, aReply } from '../fixtures/rows.ts';

const MANY = 450;
const phoneOf = (index: number): string => `+3361200${String(index).padStart(4, '0')}`;
const MINUTE_MS = 60_000;

let pages: Awaited<ReturnType<typeof startPages>>;
beforeAll(async () => {
  pages = await startPages();
  const { api, shop } = pages;
  for (let index = 0; index < MANY; index++) {
    const lastReplyAt = new Date(Date.now() - index * MINUTE_MS);
    const phone = phoneOf(index);
    const { id } = await aConversation(api.db, { account: shop.id, phone, lastReplyAt, unread: index < 3 ? 1 : 0 });
    const basis = { accountId: shop.id, conversationId: id, fromNumber: phone };
    if (index === 7) await aReply(api.db, { ...basis, text: 'Le parking est-il ouvert ?' });
    await aReply(api.db, { ...basis, sequence: 2, text: `Merci ${index}` });
  }
  await shop.call('PUT', '/contacts', { phone: phoneOf(0), firstName: 'Zoé', lastName: 'Martin', tags: ['fidèle'] });
  await pages.signIn('fr');
}, 120_000);
afterAll(() => pages[Symbol.asyncDispose](), 60_000);

const row = (name: string | RegExp) => pages.page.getByRole('row', { name });
const scroll = `document.querySelector('[role="grid"]')`;

test('news of one conversation costs a tab one request, however far its list was scrolled', async () => {
  const { page, shop } = pages;
  await pages.visit('/chat');
  await row('Zoé Martin').waitFor();
  await until('all were scrolled through', async () => {
    await page.evaluate(`${scroll}.scrollTop = ${scroll}.scrollHeight`);
    return (await row(`Merci ${MANY - 1},`).count()) > 0;
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const [first] = (await shop.call('GET', '/conversations?limit=1')).body.items;
  await shop.call('PATCH', `/conversations/${first.id}`, { flagged: true });
  await until('it was asked', () => asked.length > 0);
  await page.waitForTimeout(1000);
  expect(asked).toEqual(['/v1/conversations']);
  expect(await row(`Merci ${MANY - 1},`).count()).toBe(1);
  page.removeAllListeners('request');
}, 60_000);

test('a search shows the words it found, marked, and is in the address', async () => {
  const { page } = pages;
  await pages.visit('/chat');
  await page.getByRole('searchbox', { name: 'Rechercher' }).fill('parking');
  await row(/parking/).waitFor();
  await page.getByText('1 résultats').waitFor();
  expect(await page.locator('.conversation mark').textContent()).toBe('parking');
  await row(/parking/).click();
  await page.getByRole('log').locator('mark').waitFor();
  await page.reload();
  await page.getByRole('log').locator('mark').waitFor();
  await row(/parking/).waitFor();
  expect(await page.getByRole('row').count()).toBe(1);
  expect(page.url()).toContain('q=parking');
});

test('views say how much they hold; several conversations are closed and brought back at once', async () => {
  const { page } = pages;
  await pages.visit('/chat');
  const views = page.getByRole('navigation', { name: 'Afficher' });
  await views.getByRole('link', { name: `Ouvertes ${MANY}` }).waitFor();
  for (const name of ['Zoé Martin', 'Merci 1,']) {
    await row(name).hover();
    await row(name).getByRole('checkbox').click();
  }
  await page.getByRole('toolbar').getByRole('button', { name: 'Fermer la conversation' }).click();
  await views.getByRole('link', { name: 'Fermées 2' }).waitFor();
  await until('they are gone', async () => (await row('Zoé Martin').count()) === 0);
  await page.getByRole('status').getByRole('button', { name: 'Annuler' }).click();
  await row('Zoé Martin').waitFor();
  await views.getByRole('link', { name: `Ouvertes ${MANY}` }).waitFor();
  expect(page.troubles).toEqual([]);
});

test('filters are saved as a view of one’s own, which stands beside the others with its count', async () => {
  const { page, shop } = pages;
  await pages.visit('/chat?q=parking');
  await row(/parking/).waitFor();
  await page.getByRole('button', { name: 'Enregistrer la vue' }).click();
  const dialog = page.getByRole('dialog', { name: 'Enregistrer la vue' });
  await dialog.getByRole('textbox', { name: 'Nom' }).fill('Stationnement');
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  const views = page.getByRole('navigation', { name: 'Afficher' });
  await views.getByRole('link', { name: 'Stationnement 1' }).waitFor();
  await pages.visit('/chat');
  await row('Zoé Martin').waitFor();
  await views.getByRole('link', { name: 'Stationnement 1' }).click();
  await until('it is open', async () => (await page.getByRole('row').count()) === 1);
  expect(await page.getByRole('searchbox', { name: 'Rechercher' }).inputValue()).toBe('parking');
  // It is a person's: the key of the account has none.
  expect((await shop.call('GET', '/inbox-views')).body.items).toEqual([]);
  await page.getByRole('button', { name: 'Supprimer la vue' }).click();
  await page.getByText('Vue supprimée : Stationnement').waitFor();
  await until('it is gone', async () => (await views.getByRole('link', { name: 'Stationnement' }).count()) === 0);
  expect(page.troubles).toEqual([]);
});

test('a saved reply goes where the caret is, by the mouse or by a slash in an empty answer', async () => {
  const { page, shop } = pages;
  await shop.call('POST', '/canned-answers', { name: 'Horaires', text: 'de 7 h à 19 h' });
  await pages.visit('/chat');
  await row('Merci 5,').click();
  const answer = page.getByRole('textbox', { name: 'Votre réponse' });
  await answer.fill('Ouvert , à samedi');
  await answer.press('Home');
  for (const _ of 'Ouvert ') await answer.press('ArrowRight');
  await page.getByRole('button', { name: 'Réponses enregistrées' }).click();
  await page.getByRole('menuitem', { name: 'Horaires' }).click();
  expect(await answer.inputValue()).toBe('Ouvert de 7 h à 19 h, à samedi');
  await answer.fill('');
  await answer.press('/');
  await page.getByRole('menuitem', { name: 'Horaires' }).press('Enter');
  await until('it is there', async () => (await answer.inputValue()) === 'de 7 h à 19 h');
  await page.getByRole('button', { name: 'Émoji' }).click();
  await page.getByRole('menuitem', { name: '🙏' }).click();
  expect(await answer.inputValue()).toBe('de 7 h à 19 h🙏');
  await answer.fill('');
  expect(page.troubles).toEqual([]);
});

test('of a table with hundreds of rows those are drawn that are seen, and all can be scrolled to', async () => {
  const { page } = pages;
  await pages.visit('/replies');
  await page.getByText(`${MANY + 1} réponses`).waitFor();
  for (let pagesRead = 1; pagesRead < 5; pagesRead++) {
    await page.getByRole('button', { name: 'Afficher la suite' }).click();
    await until('there is more', async () =>
      page.evaluate(`Number(document.querySelector('table').getAttribute('aria-rowcount')) > ${pagesRead * 100 + 1}`),
    );
  }
  expect(await page.getByRole('row').count()).toBeLessThan(100);
  const main = `document.querySelector('main')`;
  for (const [top, text] of [
    [`${main}.scrollHeight`, 'Merci 0'],
    ['0', `Merci ${MANY - 1}`],
  ] as const) {
    await page.evaluate(`${main}.scrollTop = ${top}`);
    await page.getByRole('cell', { name: text, exact: true }).waitFor();
  }
  expect(await axe(page)).toEqual([]);
});

test('a note names a colleague by @, and past conversations are told where they ended', async () => {
  const { page, api, shop } = pages;
  const colleague = 'zoe@boulangerie.example';
  await createOwner(api.url, colleague, shop.id);
  await pages.visit('/chat');
  await row('Zoé Martin').click();
  const note = page.getByRole('textbox', { name: 'Nouvelle note' });
  await note.click();
  await page.keyboard.type('À voir avec @');
  await page.getByRole('menuitem', { name: colleague }).click();
  await until('she is named', async () => (await note.inputValue()) === `À voir avec @${colleague} `);
  await page.getByRole('button', { name: 'Ajouter la note' }).click();
  expect(await page.getByRole('log').locator('.note strong').textContent()).toBe(`@${colleague}`);
  await page.getByRole('button', { name: 'Fermer la conversation' }).click();
  const past = page.getByRole('complementary').getByRole('button', { name: /^Fermée par / });
  await past.click();
  expect(
    await page
      .getByRole('log')
      .getByText(/^Fermée par .* · \d\d:\d\d$/)
      .isVisible(),
  ).toBe(true);
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Annuler' }).click();
  await past.waitFor({ state: 'detached' });
  expect(page.troubles).toEqual([]);
});

test('a conversation is put off to a day and an hour of one’s own', async () => {
  const { page, shop } = pages;
  await pages.visit('/chat');
  await row('Merci 4,').click();
  await page.getByRole('log').getByText('Merci 4').waitFor();
  await page.getByRole('button', { name: 'Reporter' }).click();
  await page.getByRole('menuitem', { name: 'Choisir une date…' }).click();
  await page.getByLabel('Jour et heure').fill('2031-03-04T09:30');
  await page.getByRole('dialog').getByRole('button', { name: 'Reporter' }).click();
  await until('it is put off', async () => {
    const { items } = (await shop.call('GET', '/conversations?state=snoozed')).body;
    return items[0]?.snoozedUntil === '2031-03-04T08:30:00.000Z';
  });
  expect(page.troubles).toEqual([]);
});

/** Opens that conversation; answers the field of its answer. */
async function open(name: string) {
  const { page } = pages;
  await pages.visit('/chat');
  await row(`${name},`).click();
  await page.getByRole('log').getByText(name, { exact: true }).waitFor();
  return page.getByRole('textbox', { name: 'Votre réponse' });
}

test('blocking somebody can be undone', async () => {
  const { page, shop } = pages;
  await open('Merci 5');
  await page.getByRole('button', { name: 'Autres actions' }).click();
  await page.getByRole('menuitem', { name: 'Bloquer' }).click();
  await page.getByRole('status').filter({ hasText: 'Bloqué' }).getByRole('button', { name: 'Annuler' }).click();
  const blocked = async () => (await shop.call('GET', '/conversations?state=blocked')).body.items;
  await until('it is open', async () => (await blocked()).length === 0);
  expect(await blocked()).toEqual([]);
});

test('Ctrl+Enter sends an answer', async () => {
  const field = await open('Merci 8');
  await field.fill('À samedi');
  await field.press('Control+Enter');
  await pages.page.getByRole('log').getByText('À samedi').waitFor();
  expect(await field.inputValue()).toBe('');
});

test('an excerpt stands at the left of the list, whichever way it is read', async () => {
  await pages.visit('/chat');
  await pages.page.locator('.excerpt').first().waitFor();
  await pages.page.evaluate(`document.querySelector('.excerpt').replaceChildren('\\u0634\\u0643\\u0631\\u0627')`);
  expect(await pages.page.evaluate(`getComputedStyle(document.querySelector('.excerpt')).textAlign`)).toBe('left');
});

test('a number is named from its thread', async () => {
  const { page, shop } = pages;
  await pages.visit('/chat');
  await row('Merci 2,').click();
  await page.getByRole('button', { name: 'Modifier le nom' }).click();
  await page.getByRole('textbox', { name: 'Prénom' }).fill('Hugo');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByRole('heading', { name: 'Hugo', level: 1 }).waitFor();
  expect((await shop.call('GET', `/contacts?search=Hugo`)).body.items[0].phone).toBe(phoneOf(2));
});

test('Ctrl+K goes to a page, a person, a number or a message by its id, and ? says the keys', async () => {
  const { page, api, shop } = pages;
  await pages.visit('/campaigns');
  await page.getByRole('heading', { name: 'Pas encore de campagne' }).waitFor();
  const go = async (text: string, to: string | RegExp) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox', { name: 'Rechercher partout' }).fill(text);
    await page.getByRole('menuitem', { name: to }).first().click();
  };
  await go('clés', 'Clés d’API');
  await page.getByRole('heading', { name: 'Clés d’API', level: 1 }).waitFor();
  await go('zoé', /Zoé Martin/);
  await page.getByRole('heading', { name: 'Zoé Martin', level: 1 }).waitFor();
  const message = await aMessage(api.db, { accountId: shop.id, toNumber: phoneOf(1) });
  await go(message.id, /^Message/);
  await page.getByText('Merci 1', { exact: true }).waitFor();
  await go('+33 6 99 99 99 99', /Écrire au/);
  await page.getByRole('heading', { name: 'Nouveau message' }).click();
  expect(await page.getByRole('textbox', { name: 'Numéro' }).inputValue()).toBe('+33 6 99 99 99 99');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Raccourcis clavier' }).waitFor();
  await page.keyboard.press('Escape');
});

test('a tab is named by its page and by what is unread; an address that is nothing says so', async () => {
  const { page } = pages;
  await pages.visit('/contacts');
  await until('it is named', async () => /^\(\d+\) Contacts · Aller-Retour$/.test(await page.title()));
  for (const path of ['/settings/nothing', '/chat/a/b']) {
    await pages.visit(path);
    await page.getByRole('heading', { name: 'Cette page n’existe pas' }).waitFor();
    await page.getByRole('navigation', { name: 'Rubriques' }).waitFor();
  }
  expect((await pages.visit('/nothing'))?.status()).toBe(404);
  await page.getByRole('heading', { name: 'Cette page n’existe pas' }).waitFor();
});

test('the chat is there with 200 kB at most, the JSON of a hundred conversations among them', async () => {
  const { page } = pages;
  const client = await page.context().newCDPSession(page);
  await client.send('Network.clearBrowserCache');
  await client.detach();
  const loaded: Promise<[path: string, bytes: number]>[] = [];
  const note = (request: Request) =>
    loaded.push(request.sizes().then(({ responseBodySize }) => [new URL(request.url()).pathname, responseBodySize]));
  page.on('requestfinished', note);
  await pages.visit('/chat');
  await row('Zoé Martin').waitFor();
  await page.waitForTimeout(1000);
  page.off('requestfinished', note);
  const all = await Promise.all(loaded);
  const bytes = all.reduce((sum, [, each]) => sum + each, 0);
  expect(all.map(([path]) => path)).toContain('/v1/conversations');
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThanOrEqual(200_000);
});

test('the theme that is chosen stays, and lists come compressed', async () => {
  const { page } = pages;
  await pages.visit('/contacts');
  await page.getByRole('heading', { name: 'Contacts', level: 1 }).waitFor();
  await fromAccountMenu(page, 'menuitemradio', 'Sombre', 'fr');
  await page.reload();
  await page.getByRole('heading', { name: 'Contacts', level: 1 }).waitFor();
  const ground = 'getComputedStyle(document.documentElement).backgroundColor';
  expect(await page.evaluate(ground)).toBe('rgb(16, 20, 19)');
  await page.evaluate(`localStorage.clear()`);
  const [answer] = await Promise.all([page.waitForResponse(/\/v1\/contacts\?/), pages.visit('/contacts')]);
  expect((await answer.allHeaders())['content-encoding']).toBe('gzip');
});
