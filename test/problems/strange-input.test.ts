import { describe, expect, test } from 'vitest';
import { csvCell } from '../../domain/csv-cell.ts';
import { compileSmsTemplate } from '../../templates/sms.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';

test('JSON nested a hundred thousand levels deep is refused by name, not answered 500', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const deep = `{"text":"\\u0000","name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const answer = await api.call('POST', '/v1/campaigns', { key: shop.key, raw: deep });
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  expect(answer.body.errors).toContainEqual(expect.objectContaining({ problem: 'is nested too deeply' }));
  expect(answer.body.errors).toContainEqual(expect.objectContaining({ field: 'text', problem: 'contains the character U+0000' }));
});

test('a time or a count that the database can not hold is refused with its field', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const year0 = encodeURIComponent('0000-01-01T00:00:00Z');
  for (const [path, field] of [
    [`/analytics?since=${year0}`, 'since'],
    [`/replies?since=${year0}`, 'since'],
    [`/deliveries?from=${year0}`, 'from'],
  ] as const)
    expect([path, await shop.call('GET', path)]).toMatchObject([path, { status: 400, body: { errors: [{ field }] } }]);
  const sent = await shop.call('POST', '/conversations/018f0000-0000-7000-8000-000000000000/messages', {
    text: 'x',
    answers: 9_007_199_254_740_991,
  });
  expect(sent).toMatchObject({ status: 400, body: { errors: [{ field: 'answers' }] } });
});

describe('a cell of an export is never run as a formula', () => {
  test.each(['=1+1', '\n=1', ' =1', '＝1+1', '＠SUM(A1)', '＋1+1', '－1+1', '+cmd|x', '-1+1', '@x', '\t=1', '\rx'])(
    '%j',
    (text) => {
      expect(csvCell(text).replaceAll('"', '')).toBe(`'${text}`);
    },
  );
  test.each(['+33612345678', '-12.5', 'a=b', 'Oui', '12', ''])('%j stays as it is', (text) => {
    expect(csvCell(text)).toBe(text);
  });
  test('a cell with a quote, a separator or a line end is quoted', () =>
    expect(['"a"', 'a;b', 'a,b', 'a\nb'].map(csvCell)).toEqual(['"""a"""', '"a;b"', '"a,b"', '"a\nb"']));
});

test.each(['toString', 'valueOf', 'hasOwnProperty', '__proto__', 'constructor', '__defineGetter__'])(
  '{{%s}} is not a tag: every object has it, and no recipient gave it',
  (name) => {
    expect(() => compileSmsTemplate(`Bonjour {{${name}}}`)).toThrow(/not a plain tag/);
  },
);
