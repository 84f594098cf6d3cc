import { expect, test } from 'vitest';
import { sleep } from '../../fixtures/app.ts';
import { startPages } from '../../fixtures/pages.ts';
import { aConversation, aReply } from '../../fixtures/rows.ts';

/** What Lighthouse adds up as CLS. */
const COUNT = `globalThis.jumped = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries())
    if (!hadRecentInput) jumped.push([value, ...sources.map(({ node }) => node?.className || node?.nodeName)].join(' '));
}).observe({ type: 'layout-shift', buffered: true });`;
const MOST = 0.02;

test('sign-in, chat, campaigns, contacts and settings hardly jump, on phone and desk', async () => {
  await using pages = await startPages();
  const { page, api, shop } = pages;
  let last = '';
  for (let index = 0; index < 30; index++) {
    const phone = `+3361200${String(index).padStart(4, '0')}`;
    const { id } = await aConversation(api.db, { account: shop.id, phone, unread: index % 3 });
    await aReply(api.db, { accountId: shop.id, conversationId: id, fromNumber: phone, text: `Merci ${index}` });
    last = id;
  }
  const recipients = [{ to: '+33612000001' }];
  for (const name of ['Samedi', 'Noël', 'Soldes'])
    await shop.call('POST', '/campaigns', {
      name,
      route: 'premium',
      withReplies: true,
      text: 'Venez-vous ?',
      purpose: 'transactional',
      recipients,
    });
  for (let index = 0; index < 12; index++)
    await shop.call('PUT', '/contacts', { phone: `+3361234${5600 + index}`, firstName: `Zoé ${index}`, tags: ['fidèle'] });
  await page.addInitScript(COUNT);
  const found: Record<string, string[]> = {};
  const look = async (where: string, path: string): Promise<void> => {
    await pages.visit(path);
    await page.waitForLoadState('networkidle');
    await sleep(500);
    const jumps: string[] = await page.evaluate('jumped');
    if (jumps.reduce((sum, each) => sum + Number.parseFloat(each), 0) > MOST) found[where] = jumps;
  };
  await page.route('**/v1/**', async (route) => {
    await sleep(150);
    await route.continue();
  });
  for (const [width, height] of [
    [390, 844],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.context().clearCookies();
    await look(`sign-in ${width}`, '/');
    await pages.signIn('fr');
    for (const path of ['/chat', `/chat/${last}`, '/campaigns', '/contacts', '/settings/keywords', '/settings/spend'])
      await look(`${path} ${width}`, path);
  }
  expect(found).toEqual({});
}, 120_000);
