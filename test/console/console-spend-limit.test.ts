import { expect, test } from 'vitest';
import { startPages } from '../fixtures/pages.ts';
import { aConversation, aMessage } from '../fixtures/rows.ts';

test.each([
  ['fr', 'Votre réponse', 'Envoyer', 'Non envoyé : plafond de dépenses atteint', 'du plafond du jour'],
  ['en', 'Your answer', 'Send', 'Not sent: spend limit reached', 'left of the limit of the day'],
] as const)(
  'the chat (%s) says which answer met the spend limit, and keeps what is refused',
  async (locale, field, send, left, refused) => {
    await using pages = await startPages();
    const { page, shop, api, premiumId } = pages;
    const price = { kind: 'segment', country: '*', route: 'premium', amount: '0.05', validFrom: '2020-01-01T00:00:00Z' };
    await api.asOperator('POST', '/prices', price);
    await shop.call('PATCH', '/spend-limits', { day: '0.01' });
    const conversation = await aConversation(api.db, { account: shop.id, carrierId: premiumId });
    const basis = { accountId: shop.id, conversationId: conversation.id, submittedAt: null };
    await aMessage(api.db, { ...basis, text: 'À samedi', state: 'skipped', reason: 'spend-limit' });
    await pages.signIn(locale);
    await pages.visit(`/chat/${conversation.id}`);
    await page.getByRole('log').getByText(left).waitFor();
    const answer = page.getByRole('textbox', { name: field });
    await answer.fill('Oui');
    await page.getByRole('button', { name: send, exact: true }).click();
    await page.getByRole('alert').getByText(refused).waitFor();
    expect(await answer.inputValue()).toBe('Oui');
    expect((await shop.call('GET', `/conversations/${conversation.id}/messages`)).body.items).toHaveLength(1);
  },
);
