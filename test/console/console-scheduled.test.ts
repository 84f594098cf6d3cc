import { expect, test } from 'vitest';
import { startPages } from '../fixtures/pages.ts';

const HOUR_MS = 3_600_000;

test('a scheduled campaign reads scheduled with its date, in list and page, until its time', async () => {
  await using pages = await startPages();
  const { page, shop } = pages;
  const sendAt = new Date(Date.now() + 26 * HOUR_MS).toISOString();
  const ask = { name: 'Bonne année', route: 'premium', withReplies: true, text: 'Meilleurs vœux', sendAt };
  const made = await shop.call('POST', '/campaigns', { ...ask, recipients: [{ to: '+33612000001' }] });
  expect(made.body.state).toBe('launched');
  await page.clock.install();
  await pages.signIn('fr');
  await pages.visit('/campaigns');
  const row = page.getByRole('row', { name: 'Bonne année' });
  await row.getByText(/^Programmée · \d/).waitFor();
  await row.getByRole('link').click();
  await page.getByRole('heading', { name: 'Bonne année' }).waitFor();
  await page.getByText(/^Programmée · \d/).waitFor();
  expect(await page.getByText('En cours d’envoi').count()).toBe(0);
  await page.clock.fastForward(27 * HOUR_MS);
  await page.getByText('En cours d’envoi', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Campagnes' }).click();
  await row.getByText('En cours d’envoi').waitFor();

  await shop.call('POST', `/campaigns/${made.body.id}/cancel`);
  await row.getByRole('link').click();
  await page.getByText('Annulée', { exact: true }).waitFor();
  expect(page.troubles).toEqual([]);
}, 60_000);
