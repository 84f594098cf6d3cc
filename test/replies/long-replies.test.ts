import { expect, test } from 'vitest';
import { openIngest } from '../../activities/replies/ingest-replies.ts';
import { showPartials } from '../../activities/replies/partial-replies.ts';
import { rows } from '../../database/sql.ts';
import { encodeText, type TextEncoding } from '../../domain/sms/sms-text.ts';
import { splitSegments } from '../../domain/sms/segments.ts';
import { joinParts } from '../../domain/replies/long-reply.ts';
import { anAccount, carriers, filing, startApi } from '../fixtures/api.ts';
import { aMessage } from '../fixtures/rows.ts';
import { timePasses } from '../fixtures/states/time.ts';

const PHONE = '+33612000001';

type Parts = { text: string; encoding?: 'gsm7' | 'latin1' | 'ucs2'; reference?: number };

/** The parts of a long text as a phone cuts it. */
function partsOf({ text, encoding = 'gsm7', reference = 7 }: Parts) {
  const pieces = splitSegments(text, encoding === 'ucs2' ? 'ucs2' : 'gsm7');
  return pieces.map((piece, at) => aPart(encodeText(piece, encoding), encoding, reference, pieces.length, at + 1));
}

const aPart = (body: Uint8Array, encoding: TextEncoding, reference: number, total: number, index: number) => ({
  externalId: null,
  from: PHONE,
  to: '36200',
  body,
  encoding,
  part: { reference, total, index },
  receivedAt: new Date(),
  precision: 'ours' as const,
});

/** A carrier slot that takes replies in, on a database of its own, and a sweep and a filing run by hand. */
async function startDesk() {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const { premiumId } = await carriers(api);
  const { pool } = api.db;
  const file = filing(api);
  const toFile: string[] = [];
  let owed = 0;
  const ingest = await openIngest(
    {
      pool,
      log: api.services.log,
      country: 'FR',
      deliverReplies: (ids) => void toFile.push(...ids),
      onCallbacksDue: () => void owed++,
    },
    premiumId,
    0,
  );
  stack.defer(() => ingest.close());
  const running = stack.move();
  return {
    api,
    pool,
    premiumId,
    take: async (...parts: ReturnType<typeof partsOf>) => {
      await Promise.all(parts.map((part) => ingest.onReply(part)));
    },
    /** Makes everything that has arrived so much older. */
    pass: (interval: string) => timePasses({ pool }, interval, { inbound_parts: ['ingested_at', 'received_at'] }),
    sweep: async () => void toFile.push(...(await showPartials(pool, 'FR'))),
    file: async () => void (await file(toFile.splice(0), 'replies/test')),
    replies: () =>
      rows<{ id: string; text: string; partial: boolean; account_id: string | null; keyword: string | null; opt_out: boolean }>(
        pool,
        `select id, text, partial, account_id, keyword, opt_out from replies order by id`,
      ),
    events: async () =>
      (await rows<{ body: string }>(pool, `select body from events where type <> 'two-way.enabled' order by position`)).map(
        ({ body }) => JSON.parse(body),
      ),
    owed: () => owed,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** An account that wrote to the phone. */
async function aSender(desk: Awaited<ReturnType<typeof startDesk>>) {
  const account = await anAccount(desk.api);
  const sixHoursAgo = new Date(Date.now() - 6 * 3_600_000);
  const message = await aMessage(desk.api.db, { accountId: account.id, carrierId: desk.premiumId, submittedAt: sixHoursAgo });
  return { account, message };
}

const LONG = `${'Bonjour, je viendrai {peut-être} samedi [ou dimanche]. '.replace('ê', 'è').repeat(6)}À bientôt €`
  .replaceAll('À', 'E')
  .replace('ô', 'o');

test.each<[string, Parts]>([
  ['GSM-7, with escapes that fall on every border', { text: '€[]{}'.repeat(80) }],
  ['UCS-2, with surrogate pairs', { text: '😀🎉é'.repeat(60), encoding: 'ucs2' }],
  ['Latin-1', { text: 'à bientôt, çà et là '.repeat(20), encoding: 'latin1' }],
])('a long reply in %s is one reply, whatever the order of its parts', async (_, { text, encoding = 'gsm7' }) => {
  await using desk = await startDesk();
  const octets = encodeText(text, encoding);
  // Cut by octets, as some operators do: in the middle of escapes and of pairs.
  const size = 67;
  const total = Math.ceil(octets.length / size);
  const parts = Array.from({ length: total }, (_part, at) =>
    aPart(octets.subarray(at * size, (at + 1) * size), encoding, 3, total, at + 1),
  );
  await desk.take(...parts.filter((_part, at) => at % 2 === 1).toReversed());
  expect(await desk.replies()).toEqual([]);
  await desk.pass('3 hours');
  await desk.take(...parts.filter((_part, at) => at % 2 === 0));
  expect(await desk.replies()).toMatchObject([{ text, partial: false }]);
});

test('a part that comes twice, at once or hours later, is one part', async () => {
  await using desk = await startDesk();
  const [first, second, third] = partsOf({ text: LONG });
  if (!first || !second || !third) throw new Error('The text is too short');
  await desk.take(first, first);
  await desk.pass('5 hours');
  await desk.take(first, second);
  await desk.take(second, third, third);
  await desk.take(first, third);
  expect(await desk.replies()).toMatchObject([{ text: LONG, partial: false }]);
});

test('a phone that reuses a reference writes a new reply, and the old one’s parts are kept', async () => {
  await using desk = await startDesk();
  const [lonely] = partsOf({ text: `Première ${LONG}`.replace('è', 'e') });
  if (!lonely) throw new Error('The text is too short');
  await desk.take(lonely);
  await desk.take(...partsOf({ text: LONG }));
  const found = await desk.replies();
  expect(found.filter(({ partial }) => partial)).toHaveLength(1);
  expect(found).toHaveLength(2);
  expect(found.find(({ partial }) => !partial)?.text).toBe(LONG);
  expect(found.find(({ partial }) => partial)?.text).toMatch(/^Premiere Bonjour.*\[…\]$/);
  // The same text again, a quarter of an hour later, is said again.
  await desk.pass('15 minutes');
  await desk.take(...partsOf({ text: LONG }));
  expect(await desk.replies()).toHaveLength(3);
});

test('a missing part: shown as partial after 30 minutes, completed and told of when it comes', async () => {
  await using desk = await startDesk();
  const { account, message } = await aSender(desk);
  const [first, second, third] = partsOf({ text: LONG });
  if (!first || !second || !third) throw new Error('The text is too short');
  await desk.take(first, third);
  await desk.pass('29 minutes');
  await desk.sweep();
  expect(await desk.replies()).toEqual([]);

  await desk.pass('2 minutes');
  await desk.sweep();
  await desk.sweep();
  await desk.file();
  const [reply] = await desk.replies();
  expect(reply).toMatchObject({ partial: true, account_id: account.id });
  expect(reply?.text).toMatch(/\[…\]/);
  expect(await desk.events()).toMatchObject([{ type: 'reply.received', data: { reply: { partial: true, text: reply?.text } } }]);

  await desk.pass('6 hours');
  await desk.take(second, second);
  expect(await desk.replies()).toMatchObject([{ id: reply?.id, text: LONG, partial: false }]);
  const [received, completed, ...more] = await desk.events();
  expect(more).toEqual([]);
  expect(completed).toEqual({
    ...received,
    id: completed.id,
    type: 'reply.completed',
    timestamp: completed.timestamp,
    data: { ...received.data, reply: { ...received.data.reply, text: LONG, partial: false } },
  });
  expect(completed.data.message.id).toBe(message.id);
  expect(desk.owed()).toBe(1);
  const seen = await account.call('GET', `/replies/${String(reply?.id)}`);
  expect(seen.body).toMatchObject({ text: LONG, partial: false });
});

test('of several missing parts each is shown as it comes; the reply is told of once, whole', async () => {
  await using desk = await startDesk();
  await aSender(desk);
  const [first, second, third] = partsOf({ text: LONG });
  if (!first || !second || !third) throw new Error('The text is too short');
  await desk.take(second);
  await desk.pass('31 minutes');
  await desk.sweep();
  await desk.file();
  expect((await desk.replies())[0]?.text).toMatch(/^\[…\].*\[…\]$/s);
  await desk.take(third);
  expect((await desk.replies())[0]?.text).toMatch(/^\[…\].*[^\]]$/s);
  expect(await desk.events()).toHaveLength(1);
  await desk.take(first);
  expect(await desk.replies()).toMatchObject([{ text: LONG, partial: false }]);
  expect((await desk.events()).map(({ type }) => type)).toEqual(['reply.received', 'reply.completed']);
});

test('a partial reply that belonged to nobody is filed again when it is whole', async () => {
  await using desk = await startDesk();
  const [first, ...rest] = partsOf({ text: LONG });
  if (!first) throw new Error('The text is too short');
  await desk.take(first);
  await desk.pass('31 minutes');
  await desk.sweep();
  await desk.file();
  expect(await desk.replies()).toMatchObject([{ partial: true, account_id: null }]);
  const { account } = await aSender(desk);
  await desk.take(...rest);
  await desk.file();
  expect(await desk.replies()).toMatchObject([{ text: LONG, partial: false, account_id: account.id }]);
  expect(await desk.events()).toMatchObject([{ type: 'reply.received', data: { reply: { text: LONG, partial: false } } }]);
});

test('a STOP whose first part comes last is obeyed', async () => {
  await using desk = await startDesk();
  const { account } = await aSender(desk);
  const [first, ...rest] = partsOf({ text: `STOP\n${LONG}` });
  if (!first) throw new Error('The text is too short');
  await desk.take(...rest);
  await desk.pass('31 minutes');
  await desk.sweep();
  await desk.file();
  expect(await desk.replies()).toMatchObject([{ opt_out: false }]);
  await desk.take(first);
  expect(await desk.replies()).toMatchObject([{ opt_out: true, keyword: 'stop' }]);
  expect(await rows(desk.pool, 'select account_id, phone from opt_outs')).toEqual([{ account_id: account.id, phone: PHONE }]);
  expect((await desk.events()).map(({ type }) => type)).toEqual(['reply.received', 'reply.completed', 'contact.opted-out']);
});

test('parts brought by two sessions at once make one reply', async () => {
  await using desk = await startDesk();
  const other = await openIngest(
    { pool: desk.pool, log: desk.api.services.log, country: 'FR', deliverReplies: () => {} },
    desk.premiumId,
    1,
  );
  for (let reference = 0; reference < 20; reference++) {
    const [first, ...rest] = partsOf({ text: LONG, reference });
    if (!first) throw new Error('The text is too short');
    await Promise.all([other.onReply(first), desk.take(...rest)]);
  }
  await other.close();
  expect((await desk.replies()).map(({ text }) => text)).toEqual(Array.from({ length: 20 }, () => LONG));
});

test('a thousand messages that lack a part are shown by one sweep, and none by the next', async () => {
  await using desk = await startDesk();
  await Promise.all(
    Array.from({ length: 1100 }, (_, reference) => desk.take(aPart(Buffer.from('la fin'), 'gsm7', reference, 2, 2))),
  );
  await desk.pass('31 minutes');
  expect(await showPartials(desk.pool, 'FR')).toHaveLength(1100);
  expect(await showPartials(desk.pool, 'FR')).toEqual([]);
  expect((await desk.replies()).every(({ text, partial }) => partial && text === '[…]la fin')).toBe(true);
});

test('parts in different encodings are each read in their own', () => {
  const part = (index: number, body: Uint8Array, encoding: TextEncoding) => ({
    index,
    body,
    encoding,
    ingestedAt: new Date(),
    replyId: null,
  });
  expect(joinParts([part(2, encodeText('😀', 'ucs2'), 'ucs2'), part(1, encodeText('é€', 'gsm7'), 'gsm7')], 2)).toBe('é€😀');
});
