import { expect, test } from 'vitest';
import { axe } from '../../fixtures/console/browser.ts';
import { startPages } from '../../fixtures/pages.ts';
import { aConversation, aMessage, aReply } from '../../fixtures/rows.ts';

/** A phone with its keyboard open; 1280 × 720, 1440 × 900 and 1920 × 1080 at 200 %. */
const SCREENS = [
  [390, 480],
  [640, 360],
  [720, 450],
  [960, 540],
] as const;

test('with a keyboard or at 200 % three fifths of the height are messages; the rest is reached', async () => {
  await using pages = await startPages();
  const { page, shop, api } = pages;
  const basis = { accountId: shop.id, conversationId: (await aConversation(api.db, { account: shop.id, flagged: true })).id };
  for (const text of ['Oui, avec plaisir !', 'À quelle heure ?', 'Merci']) {
    await aReply(api.db, { ...basis, text });
    await aMessage(api.db, { ...basis, text: 'À samedi, dès sept heures.' });
  }
  await shop.call('POST', '/canned-answers', { name: 'Horaires', text: 'De 7 h à 19 h' });
  await shop.call('POST', '/opt-outs/import', { entries: ['+33612000001'] });
  await pages.signIn('fr');
  const small: string[] = [];
  for (const [width, height] of SCREENS) {
    const where = `${width} × ${height}`;
    await page.setViewportSize({ width, height });
    await pages.visit(`/chat/${basis.conversationId}`);
    const messages = page.getByRole('log');
    await messages.getByText('Merci').waitFor();
    await page.getByText('a demandé à ne plus recevoir vos SMS').waitFor();
    const answer = page.getByRole('textbox', { name: 'Votre réponse' });
    await answer.fill('Bonjour');
    await answer.blur();
    const share = ((await messages.boundingBox())?.height ?? 0) / height;
    if (share < 0.6) small.push(`${where}: ${share}`);
    for (const part of [answer, page.getByRole('button', { name: 'Envoyer', exact: true })]) {
      const box = await part.boundingBox();
      if (!box || box.y + box.height > height) small.push(`${where}: what is below ends outside`);
    }
    expect({ where, found: await axe(page) }).toEqual({ where, found: [] });
    await page.getByRole('button', { name: 'Réponses enregistrées' }).click();
    await page.getByRole('menuitem', { name: 'Horaires' }).click();
    expect(await answer.inputValue()).toBe('Bonjour De 7 h à 19 h');
    await page.getByRole('button', { name: 'Autres actions' }).click();
    await page.getByRole('menuitem', { name: 'Retirer le drapeau' }).waitFor();
    await page.getByRole('menuitem', { name: 'À propos' }).click();
    await page.getByRole('textbox', { name: 'Nouvelle note' }).waitFor();
    expect({ where, found: await axe(page) }).toEqual({ where, found: [] });
    await page.getByRole('button', { name: 'Fermer', exact: true }).click();
    if (width > 760) continue;
    await page.getByRole('link', { name: 'Retour à la liste' }).click();
    await page.getByRole('link', { name: 'Campagnes' }).waitFor();
  }
  expect(small).toEqual([]);
  expect(page.troubles).toEqual([]);
}, 90_000);
