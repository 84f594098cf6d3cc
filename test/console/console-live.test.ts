import { once } from 'node:events';
import { createServer } from 'node:http';
import { Client } from 'pg';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOwner } from '../../cli/admin.ts';
import { createClient, textOf } from '../../dev/seed.ts';
import { phone, sleep, until } from '../fixtures/app.ts';
import { startConsole } from '../fixtures/console/browser.ts';
import { signInAs } from '../fixtures/console/by-hand.ts';
import { aFullInbox } from '../fixtures/states/conversations.ts';

const OWNER = 'accueil@boulangerie.example';
const MESSAGES = 200;
const MANY = 100_000;

let started: Awaited<ReturnType<typeof startConsole>>;
let page: Page & { troubles: string[] };
beforeAll(async () => {
  started = await startConsole({ ways: { email: false, callback: false } });
  page = await started.browser.open();
}, 120_000);
afterAll(() => started[Symbol.asyncDispose](), 60_000);

async function signIn(email: string, account: string): Promise<void> {
  await createOwner(started.app.config.DATABASE_URL, email, account);
  await signInAs(page, started.app, email);
}

/**
 * A page of its own with the least that could tell of a commit: a NOTIFY within the transaction itself, one listener, one
 * stream. What the machine does to that one it does to the product's.
 */
async function openBare(): Promise<AsyncDisposable & { page: Page }> {
  const { app } = started;
  await using stack = new AsyncDisposableStack();
  await app.rows(
    `create function tell() returns trigger language plpgsql as 'begin perform pg_notify(''bare'', new.position::text); return new; end'`,
  );
  await app.rows('create trigger told after insert on events for each row execute function tell()');
  stack.defer(async () => void (await app.rows('drop function tell cascade')));
  const client = new Client({ connectionString: app.config.DATABASE_URL });
  await client.connect();
  stack.defer(() => client.end());
  await client.query('listen bare');
  const server = createServer((request, response) => {
    if (request.url !== '/stream') return void response.end('<h1>Bare</h1>');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    client.on('notification', ({ payload }) => response.write(`event: news\nid: ${payload}\ndata: news\n\n`));
    response.flushHeaders();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const bare = await page.context().newPage();
  stack.defer(() => bare.close());
  await bare.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  await listen(bare, '/stream');
  const running = stack.move();
  return { page: bare, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const listen = (on: Page, path: string) =>
  on.evaluate(`new Promise((resolve) => {
    globalThis.heard = [];
    const source = new EventSource('${path}');
    source.addEventListener('news', ({ lastEventId }) => heard.push({ at: Date.now(), position: Number(lastEventId.split('.')[0]) }));
    source.addEventListener('open', () => resolve());
  })`);

/** When the page heard of each of the positions. */
async function heardOf(on: Page, positions: number[]): Promise<number[]> {
  const heard = await until('the page has heard of the last', async () => {
    const found: { at: number; position: number }[] = await on.evaluate('heard');
    return (found.at(-1)?.position ?? 0) >= (positions.at(-1) ?? 0) && found;
  });
  return positions.map((position) => heard.find((news) => news.position >= position)?.at ?? Infinity);
}

test('a page hears of 95 of 100 replies within 200 ms of their commit, over 200 of them', async () => {
  const { app } = started;
  await app.ended(await app.campaign(Array.from({ length: 20 }, (_, index) => ({ to: phone(index) }))));
  await signIn(OWNER, app.accountId);
  await page.getByRole('link', { name: 'Settings' }).click();
  await using bare = await openBare();
  await listen(page, '/v1/stream');
  for (let sent = 0; sent < MESSAGES; sent++) {
    await app.world.phones.reply(phone(sent % 20), `Réponse ${sent}`);
    await sleep(15);
  }
  const positions = await until('all are filed', async () => {
    const events = await app.rows<{ position: number }>(
      `select position::int as position from events where type = 'reply.received' order by 1`,
    );
    return events.length === MESSAGES && events.map(({ position }) => position);
  });
  const [committed, shown] = [await heardOf(bare.page, positions), await heardOf(page, positions)];
  const late = shown.map((at, index) => at - (committed[index] ?? 0)).toSorted((a, b) => a - b);
  expect(late[Math.ceil(MESSAGES * 0.95) - 1]).toBeLessThanOrEqual(200);
}, 60_000);

test('while replies keep coming faster than the page is answered, it shows them all the same', async () => {
  const { app } = started;
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  await page.getByRole('row').first().waitFor();
  await page.route('**/v1/conversations?*', async (route) => {
    await sleep(1000);
    await route.continue();
  });
  const flood = new AbortController();
  const flooding = (async () => {
    for (let sent = 0; !flood.signal.aborted; sent++) {
      await app.world.phones.reply(phone(sent % 20), `Au milieu ${sent}`);
      await sleep(100);
    }
  })();
  const shown = async () => (await page.getByText(/^Au milieu/).count()) > 0;
  await until('one of them is shown', shown).finally(() => flood.abort());
  await flooding;
  await page.unrouteAll({ behavior: 'wait' });
  expect(page.troubles).toEqual([]);
}, 60_000);

test('what arrives while a page is asked for the first time is shown on it', async () => {
  const { app } = started;
  await page.goto(`${app.url}/chat`);
  await page.getByRole('row').first().waitFor();
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let first = true;
  await page.route('**/v1/replies?*', async (route) => {
    if (!first) return route.continue();
    first = false;
    const response = await route.fetch();
    asked.resolve();
    await answered.promise;
    await route.fulfill({ response });
  });
  await page.getByRole('link', { name: 'Table' }).click();
  await asked.promise;
  // The badge of the head is asked anew when the page has heard of it.
  const told = page.waitForRequest(/\/v1\/conversations/);
  await app.world.phones.reply(phone(4), 'Pendant le chargement');
  await told;
  answered.resolve();
  await page.getByRole('cell', { name: 'Pendant le chargement' }).waitFor();
  expect(page.troubles).toEqual([]);
  await page.unrouteAll({ behavior: 'wait' });
}, 60_000);

test('a page whose connection is cut says since when, and then shows what it missed', async () => {
  const { app } = started;
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  await page.getByRole('row').first().waitFor();
  await page.context().setOffline(true);
  await page.getByText('Connection lost at').waitFor();
  await app.world.phones.reply(phone(3), 'Écrit pendant la coupure');
  await until('it is filed', async () => (await app.replies()).some(({ text }) => text === 'Écrit pendant la coupure'));
  expect(await page.getByText('Écrit pendant la coupure').count()).toBe(0);
  await page.context().setOffline(false);
  await page.getByText('Écrit pendant la coupure').first().waitFor();
  await until('the banner is gone', async () => (await page.getByText('Connection lost at').count()) === 0);
}, 60_000);

test('a silent connection is said to be lost, though nothing told of it, and is taken up again', async () => {
  const other = await page.context().newPage();
  await other.clock.install();
  await other.goto(`${started.app.url}/chat`);
  await other.getByRole('row').first().waitFor();
  await other.route('**/v1/stream', (route) => route.abort());
  // Two beats, and what the machine took since the last one.
  await other.clock.fastForward(30_000);
  expect(await other.getByText('Connection lost at').count()).toBe(0);
  await other.clock.fastForward(60_000);
  await other.getByText('Connection lost at').waitFor();
  await other.unroute('**/v1/stream');
  await until('the banner is gone', async () => {
    await other.clock.fastForward(5000);
    return (await other.getByText('Connection lost at').count()) === 0;
  });
  await other.close();
}, 60_000);

test('a stream that is taken up again tells at once what was missed, and nothing where none was', async () => {
  const { app } = started;
  const firstOf = async (seen: string): Promise<string> => {
    const stop = new AbortController();
    const answer = await fetch(`${app.url}/v1/stream`, {
      headers: { authorization: `Bearer ${app.key}`, 'last-event-id': seen },
      signal: stop.signal,
    });
    const first = await answer.body?.getReader().read();
    stop.abort();
    return new TextDecoder().decode(first?.value);
  };
  const [now] = await app.rows<{ id: string }>(
    `select position || '.' || touched as id from account_counters where account_id = $1`,
    [app.accountId],
  );
  expect(await firstOf('1.0')).toContain(`id: ${now?.id}`);
  expect(await firstOf(now?.id ?? '')).toBe('event: here\ndata:\n\n');
});

test('forty pages into lists of 100,000 a page takes 250 ms, the chat holds a screenful', async () => {
  const { app } = started;
  const operator = createClient(app.url, app.operatorKey);
  const basis = { name: 'Grand compte', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const account = textOf(await operator.send('POST', '/v1/operator/accounts', basis), 'id');
  const key = textOf(await operator.send('POST', `/v1/operator/accounts/${account}/keys`, { name: 'test' }), 'key');
  const client = createClient(app.url, key);
  await aFullInbox(app.db, account, MANY);
  for (const list of ['/v1/conversations?limit=200', '/v1/replies?limit=200']) {
    const seen = new Set<string>();
    const times: number[] = [];
    for (let cursor = ''; ;) {
      const begun = performance.now();
      const { items, nextCursor } = await client.get(`${list}${cursor}`);
      times.push(performance.now() - begun);
      for (const item of Array.isArray(items) ? items : []) seen.add(textOf(item, 'id'));
      if (typeof nextCursor !== 'string' || times.length === 40) break;
      cursor = `&cursor=${nextCursor}`;
    }
    expect(seen.size).toBe(8000);
    const middle = times.slice(20).toSorted((a, b) => a - b)[10];
    expect(middle).toBeLessThanOrEqual(250);
  }

  // Whose name begins with a key of the chat.
  await client.send('PUT', '/v1/contacts', { phone: '+33600099980', firstName: 'Jeanne', tags: [] });
  await signIn('grand@compte.example', account);
  await page.getByRole('link', { name: /^SMS Chat/ }).click();
  const rows = page.getByRole('row');
  await rows.first().waitFor();
  // Where the list scrolls, and how high it is.
  const grid = `document.querySelector('[role="grid"]')`;
  const height = async () => Number(await page.evaluate(`${grid}.scrollHeight`));
  await until('six hundred were scrolled through', async () => {
    await page.evaluate(`${grid}.scrollTop = ${grid}.scrollHeight`);
    return (await height()) > 600 * 68;
  });
  expect(await rows.count()).toBeLessThan(60);
  await page.keyboard.press('j');
  const opened = (index: number) => page.getByRole('row', { name: `Oui ${MANY - index},`, selected: true });
  await opened(0).waitFor();
  await rows.nth(2).click();
  await opened(2).waitFor();
  for (const index of [3, 4, 5, 6, 7, 8, 9, 10]) {
    await page.keyboard.press('j');
    await opened(index).waitFor();
    await until('its name is where the reader is', () => page.evaluate(`document.activeElement?.closest('.thread') !== null`));
  }
  const inView = `(([row, list]) => row.top >= list.top - 1 && row.bottom <= list.bottom + 1)(
    [document.querySelector('[aria-selected=true]'), ${grid}].map((each) => each.getBoundingClientRect()))`;
  await until('the list has followed', () => page.evaluate(inView));
  await page.keyboard.press('r');
  await page.keyboard.type('jk');
  expect(await page.getByRole('textbox', { name: 'Your answer' }).inputValue()).toBe('jk');
  await page.keyboard.press('Escape');
  await page.keyboard.press('k');
  await opened(9).waitFor();
}, 180_000);
