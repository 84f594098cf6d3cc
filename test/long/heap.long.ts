import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { until } from '../fixtures/app.ts';
import { startPages } from '../fixtures/pages.ts';

const MANY = 10_000;
const MOST_HEAP_MB = 120;
const ROW_PX = 72;

test('ten thousand conversations are scrolled through, and the browser’s heap is below 120 MB', async () => {
  await using pages = await startPages();
  const { page, api, shop } = pages;
  const id = (kind: string): string => `('01900000-0000-7000-${kind}000-' || lpad(to_hex(i), 12, '0'))::uuid`;
  await rows(
    api.db.pool,
    `with c as (
       insert into conversations (id, account_id, phone, reply_code, carrier_id, sequence, last_reply_at, created_at)
       select ${id('8')}, $1, '+336' || lpad(i::text, 8, '0'), '38015', $1, 1, now() - i * interval '1 second', now()
       from generate_series(1, ${MANY}) i
     )
     insert into replies (id, carrier_id, from_raw, to_raw, from_number, reply_code, text, received_at, precision, ingested_at, filed_at,
       account_id, conversation_id, sequence)
     select ${id('9')}, $1, 'x', '38015', '+336' || lpad(i::text, 8, '0'), '38015', 'Je viendrai samedi avec mes enfants, merci ! ' || i, now(),
       'second', now(), now(), $1, ${id('8')}, 1
     from generate_series(1, ${MANY}) i`,
    [shop.id],
  );
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
