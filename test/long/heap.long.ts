import { expect, test } from 'vitest';
import { until } from '../fixtures/app.ts';
import { startPages } from '../fixtures/pages.ts';
import { aFullInbox } from '../fixtures/states/conversations.ts';

const MANY = 10_000;
const MOST_HEAP_MB = 120;
const ROW_PX = 72;

test('ten thousand conversations are scrolled through, and the browser’s heap is below 120 MB', async () => {
  await using pages = await startPages();
  const { page, api, shop } = pages;
  await aFullInbox(api.db, shop.id, MANY, 'Je viendrai samedi avec mes enfants, merci ! ');
  await pages.signIn('fr');
  await pages.visit('/chat');
  await page.getByRole('row').first().waitFor();
  const grid = `document.querySelector('[role="grid"]')`;
  await until(
    'all were scrolled through',
    async () => {
      await page.evaluate(`${grid}.scrollTop = ${grid}.scrollHeight`);
      return Number(await page.evaluate(`${grid}.scrollHeight`)) >= MANY * ROW_PX;
    },
    400_000,
  );
  expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(MANY));
  const client = await page.context().newCDPSession(page);
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize } = await client.send('Runtime.getHeapUsage');
  process.stdout.write(`heap after ${MANY} conversations: ${Math.round(usedSize / 1e6)} MB\n`);
  expect(usedSize / 1e6).toBeLessThanOrEqual(MOST_HEAP_MB);
  expect(await page.getByRole('row').count()).toBeLessThan(60);
}, 600_000);
