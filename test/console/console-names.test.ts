import { expect, test } from 'vitest';
import { aConversation, aMessage, aReply } from '../fixtures/rows.ts';
import { startPages } from '../fixtures/pages.ts';

/** 120 letters and no space. */
const LONG = 'Boulangerie'.padEnd(120, 'x');

/** Of several words: it would take more lines than a row has. */
const NOBLE = { firstName: 'Inès Marie-Antoinette', lastName: 'de La Rochefoucauld-Montmorency et de Saint-Aubin' };

/** Each text that is printed over another one, as far as both can be seen. */
const PRINTED_OVER = `(() => {
  const boxes = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (node.data.trim() === '' || !node.parentElement.checkVisibility() || node.parentElement.closest('option')) continue;
    if (getComputedStyle(node.parentElement).clipPath !== 'none') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      let [left, top, right, bottom] = [Math.max(0, rect.left), Math.max(0, rect.top), Math.min(innerWidth, rect.right), Math.min(innerHeight, rect.bottom)];
      for (let up = node.parentElement; up; up = up.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(up);
        if (overflowX === 'visible' && overflowY === 'visible') continue;
        const clip = up.getBoundingClientRect();
        [left, top, right, bottom] = [Math.max(left, clip.left), Math.max(top, clip.top), Math.min(right, clip.right), Math.min(bottom, clip.bottom)];
      }
      if (right - left > 2 && bottom - top > 2) boxes.push({ node, left, top, right, bottom });
    }
  }
  const over = new Set();
  for (const one of boxes)
    for (const other of boxes)
      if (one.node !== other.node && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
        Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 6)
        over.add([one, other].map(({ node }) => node.data.trim().slice(0, 20)).toSorted().join(' / '));
  return [...over];
})()`;
const SIDEWAYS = `Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth) - innerWidth`;
const TABLES_CUT = `[...document.querySelectorAll('.wide')].filter((each) => each.scrollWidth > each.clientWidth).length`;

test('a name of 120 letters without a space is printed over nothing, on any screen', async () => {
  await using pages = await startPages({ name: LONG });
  const { page, shop, api } = pages;
  const ask = { route: 'premium', withReplies: true, text: 'Bonjour', recipients: [{ to: '+33612000001' }] };
  const campaign = String((await shop.call('POST', '/campaigns', { name: LONG, ...ask })).body.id);
  await shop.call('POST', '/campaigns', { name: 'Rentrée', ...ask });
  await shop.call('POST', '/canned-answers', { name: 'Horaires'.padEnd(50, 'x'), text: 'De 7 h à 19 h' });
  await shop.call('POST', '/callback-endpoints', { url: `https://example.com/${LONG}` });
  await shop.call('POST', '/opt-outs/import', { entries: [{ phone: '+33612000009', reason: LONG }] });
  let opened = '';
  for (let index = 1; index <= 6; index++) {
    const phone = `+3361200000${index}`;
    const person = index % 2 ? { firstName: LONG.slice(0, 100), lastName: LONG.slice(100) } : NOBLE;
    await shop.call('PUT', '/contacts', { phone, ...person, tags: [] });
    const { id } = await aConversation(api.db, { account: shop.id, phone, unread: 3, flagged: true, tags: ['x'.repeat(50)] });
    const basis = { accountId: shop.id, campaignId: campaign };
    const { id: messageId } = await aMessage(api.db, { ...basis, toNumber: phone, row: index + 1 });
    await aReply(api.db, { ...basis, messageId, conversationId: id, fromNumber: phone, text: `https://example.com/${LONG}` });
    opened = id;
  }
  await pages.signIn('fr');
  const bad: string[] = [];
  for (const [path, shown] of [
    ['/chat', 'https://example.com/'],
    [`/chat/${opened}`, 'Pourquoi cette campagne'],
    ['/replies', 'https://example.com/'],
    ['/campaigns', 'Rentrée'],
    [`/campaigns/${campaign}`, 'https://example.com/'],
    ['/analytics', LONG],
    ['/settings/canned', 'Horaires'],
    ['/settings/callback', 'https://example.com/'],
    ['/settings/opt-outs', LONG],
  ] as const) {
    await pages.visit(path);
    if (path === '/analytics') {
      // The tables of the charts are folded.
      const folds = page.locator('main summary');
      await folds.first().waitFor();
      for (const fold of await folds.all()) await fold.click();
    }
    await page.locator('main').getByText(shown).first().waitFor();
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      // A chart is drawn anew a moment after its place has changed.
      await expect.poll(() => page.evaluate(SIDEWAYS), { timeout: 5000, message: `${path} ${width}` }).toBe(0);
      await expect.poll(() => page.evaluate(PRINTED_OVER), { timeout: 5000, message: `${path} ${width}` }).toEqual([]);
      const cut = width === 1280 ? Number(await page.evaluate(TABLES_CUT)) : 0;
      if (cut > 0) bad.push(`${path}: ${cut} tables are cut`);
    }
  }
  expect(bad).toEqual([]);
  expect(page.troubles).toEqual([]);
}, 90_000);
