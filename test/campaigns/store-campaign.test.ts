import { expect, test } from 'vitest';
import { newId } from '../../database/ids.ts';
import { openDatabase } from '../../database/orm.ts';
import { rows, transaction } from '../../database/sql.ts';
import { copyMessages } from '../../database/campaigns/store-campaign.ts';
import { scratchDatabase } from '../fixtures/database.ts';

const basis = {
  accountId: newId(),
  campaignId: newId(),
  conversationId: null,
  carrierId: newId(),
  twoWay: true,
  simulation: false,
};
const message = { to: '+33612000001', sender: '36200', replyCode: '36200', port: null, segments: 1 };

test('every character that COPY reads as its own comes back as it was', async () => {
  await using scratch = await scratchDatabase();
  const db = await openDatabase({ url: scratch.url, poolMax: 2 });
  const texts = [
    'tab\tbed',
    'line\nfeed',
    'carriage\rreturn',
    'both\r\n',
    'back\\slash',
    '\\N',
    '\\.',
    '\\t',
    '\b\f\v',
    '',
    ' ',
    '😀 é “x”',
    '\\',
    'a\\\n\\.\nb',
  ];
  await transaction(db.pool, (client) =>
    copyMessages(
      client,
      basis,
      texts.map((text, index) => ({ ...message, row: index + 1, text, reference: text === '' ? null : text })),
    ),
  );
  const stored = await rows<{ text: string; reference: string | null }>(
    db.pool,
    'select text, reference from messages order by row',
  );
  expect(stored).toEqual(texts.map((text) => ({ text, reference: text === '' ? null : text })));
  await db.close();
});

test('a copy that the database refuses leaves nothing, and the connection can be used again', async () => {
  await using scratch = await scratchDatabase();
  const db = await openDatabase({ url: scratch.url, poolMax: 1 });
  const twice = Array.from({ length: 5000 }, (_, index) => ({
    ...message,
    row: index === 4999 ? 1 : index + 1,
    text: 'x',
    reference: null,
  }));
  await expect(transaction(db.pool, (client) => copyMessages(client, basis, twice))).rejects.toMatchObject({ code: '23505' });
  expect(await rows(db.pool, 'select count(*)::int as count from messages')).toEqual([{ count: 0 }]);
  await db.close();
});

test('ids rise with the rows', async () => {
  await using scratch = await scratchDatabase();
  const db = await openDatabase({ url: scratch.url, poolMax: 2 });
  const messages = Array.from({ length: 3000 }, (_, index) => ({ ...message, row: index + 1, text: 'x', reference: null }));
  await transaction(db.pool, (client) => copyMessages(client, basis, messages));
  const stored = await rows<{ row: number }>(db.pool, 'select row from messages order by id');
  expect(stored.map(({ row }) => row)).toEqual(messages.map(({ row }) => row));
  await db.close();
});
