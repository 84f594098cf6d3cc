import { streamXlsxRows } from 'hucre/xlsx';
import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { searchWords } from '../../domain/replies/reply-table.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { aConversation, aReply } from '../fixtures/rows.ts';
import { manyReplies } from '../fixtures/states/replies.ts';

test('replies are found by words or their beginnings, whatever case, accents and gaps', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const conversation = await aConversation(api.db, { account: shop.id });
  const said = ['Oui/non, à l’été ?', 'RÉSERVATION pour 10h30', 'réserver : merci', 'Да, спасибо', '👍'];
  for (const text of said) await aReply(api.db, { accountId: shop.id, conversationId: conversation.id, text });
  await aReply(api.db, { accountId: other.id, text: 'réservation' });
  await aReply(api.db, { accountId: shop.id, text: 'réservation cachée', hidden: true });
  const find = async (search: string, who = shop) => {
    const { status, body } = await who.call('GET', `/replies?search=${encodeURIComponent(search)}`);
    return status === 200 ? body.items.map(({ text }: { text: string }) => text) : status;
  };
  expect(await find('reserv')).toEqual(['réserver : merci', 'RÉSERVATION pour 10h30']);
  expect(await find('RESERVATION 10H')).toEqual(['RÉSERVATION pour 10h30']);
  expect(await find('non été')).toEqual(['Oui/non, à l’été ?']);
  expect(await find('СПА')).toEqual(['Да, спасибо']);
  for (const nothing of ['servation', 'merci 10h30', '👍👍', "' & !"]) expect(await find(nothing)).toEqual([]);
  expect(await find('a')).toBe(400);
  expect(await find('reservation', other)).toEqual(['réservation']);
  const found = await shop.call('GET', '/conversations?search=sp%C3%A9cial');
  expect(found.body.items).toEqual([]);
  expect((await shop.call('GET', '/conversations?search=merci')).body.items).toMatchObject([{ id: conversation.id }]);
});

test('a word everywhere and one nowhere are found by page, by reading few replies', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await manyReplies(api.db, shop.id, 20_000, (n) => (n % 2500 === 7 ? 'œufs bio' : `Oui ${n}`));
  await rows(api.db.pool, 'analyze replies');
  const pages = async (search: string) => {
    const found: string[] = [];
    let cursor = '';
    do {
      const { body } = await shop.call('GET', `/replies?search=${encodeURIComponent(search)}&limit=5${cursor}`);
      found.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor === null || found.length > 20 ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    return found.map((id) => Number.parseInt(id.slice(-8), 16));
  };
  expect(await pages('œufs')).toEqual([17507, 15007, 12507, 10007, 7507, 5007, 2507, 7]);
  expect((await pages('oui')).slice(0, 3)).toEqual([20000, 19999, 19998]);
  expect(await pages('zèbre')).toEqual([]);
  const plan = await rows<{ 'QUERY PLAN': string }>(
    api.db.pool,
    `explain select id from replies where account_id = $1 and not hidden and reply_words(text) @@ to_tsquery('simple', $2)`,
    [shop.id, searchWords('œufs')],
  );
  expect(plan.map((line) => line['QUERY PLAN']).join(' ')).toContain('Bitmap Index Scan on replies_words_index');
});

test('a word of many old replies and no new one is found newest first, fifty days at a time', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  // Seven years, a reply each two hours: the word is in 21,000 of the oldest and, after more than a year, in 49 more.
  await manyReplies(
    api.db,
    shop.id,
    30_000,
    (n) => `${n < 26_500 && !(n >= 21_000 && n <= 26_450) ? 'Noël' : 'Oui'} ${n}`,
    (n) => 1_600_000_000_000 + n * 7_200_000,
  );
  await rows(api.db.pool, 'analyze replies');
  let cursor = '';
  const page = async (search: string) => {
    const { body } = await shop.call('GET', `/replies?search=${encodeURIComponent(search)}&limit=40${cursor}`);
    cursor = `&cursor=${body.nextCursor}`;
    return body.items.map(({ id }: { id: string }) => Number.parseInt(id.slice(-8), 16));
  };
  const down = (from: number, count: number) => Array.from({ length: count }, (_, n) => from - n);
  expect(await page('noël')).toEqual(down(26499, 40));
  expect(await page('noël')).toEqual([...down(26459, 9), ...down(20999, 31)]);
  expect(await page('noël')).toEqual(down(20968, 40));
  cursor = '';
  expect(await page('noël 17')).toHaveLength(40);
});

test('an export, CSV or workbook, is what the filters leave, says its size, and runs nothing', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const formula = '=HYPERLINK("https://example.com","oui")';
  for (const text of ['Oui', formula, 'Non\u0007']) await aReply(api.db, { accountId: shop.id, text });
  const sheet = async (who: typeof shop, query: string) => {
    const answer = await api.app.request(`/v1/replies.xlsx?${query}`, { headers: { authorization: `Bearer ${who.key}` } });
    const found: unknown[][] = [];
    for await (const { values } of streamXlsxRows(new Uint8Array(await answer.arrayBuffer()))) found.push(values);
    return { total: answer.headers.get('x-total-count'), found };
  };
  const all = await sheet(shop, '');
  expect(all.total).toBe('3');
  expect(all.found.map((row) => row[3])).toEqual(['text', 'Non\u0007', formula, 'Oui']);
  expect(all.found[1]?.slice(1, 3)).toEqual(['+33612000001', '36200']);
  expect(all.found[1]?.[0]).toBeInstanceOf(Date);
  expect((await sheet(shop, 'search=oui')).found.map((row) => row[3])).toEqual(['text', formula, 'Oui']);
  expect(await sheet(other, '')).toMatchObject({ total: '0', found: [expect.arrayContaining(['text'])] });
  const csv = await shop.call('GET', '/replies.csv?search=oui');
  expect([csv.headers.get('x-total-count'), csv.text]).toEqual(['2', expect.stringContaining(`"'=HYPERLINK(""https://`)]);
  expect((await shop.call('GET', '/replies.xlsx?from=nobody')).body.errors).toMatchObject([{ field: 'from' }]);
});

test('each person keeps their own columns and views; a view keeps nobody’s number', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const second = await api.asOperator('POST', `/accounts/${shop.id}/keys`, { name: 'second' });
  const colleague = (method: string, path: string) => api.call(method, `/v1${path}`, { key: second.body.key });
  expect((await shop.call('GET', '/reply-views')).body).toEqual({
    columns: ['received', 'from', 'text', 'to', 'campaign'],
    items: [],
  });
  for (const columns of [['text'], ['text', 'campaign']])
    expect((await shop.call('PUT', '/reply-views/columns', { columns })).status).toBe(204);
  const view = { name: 'STOP de la semaine', filters: { keyword: 'stop', days: 7 }, columns: ['from'] };
  const made = await shop.call('POST', '/reply-views', view);
  expect(made).toMatchObject({ status: 201, body: { filters: { search: null, campaign: null, keyword: 'stop', days: 7 } } });
  expect((await shop.call('POST', '/reply-views', view)).status).toBe(409);
  const withNumber = { ...view, name: 'x', filters: { search: '06 12 34 56 78' } };
  expect((await shop.call('POST', '/reply-views', withNumber)).body.errors).toMatchObject([{ field: 'filters.search' }]);
  expect((await shop.call('GET', '/reply-views')).body).toMatchObject({ columns: ['text', 'campaign'], items: [made.body] });
  expect((await colleague('GET', '/reply-views')).body).toMatchObject({
    columns: ['received', 'from', 'text', 'to', 'campaign'],
    items: [],
  });
  expect((await colleague('DELETE', `/reply-views/${made.body.id}`)).status).toBe(404);
  expect((await shop.call('DELETE', `/reply-views/${made.body.id}`)).status).toBe(204);
});
