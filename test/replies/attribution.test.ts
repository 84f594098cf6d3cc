import { expect, test } from 'vitest';
import { attribute, readCampaignKeyword, renterAt, windowOf, type Candidate } from '../../domain/replies/attribution.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 5, 12, minutes));
const sent = (messageId: string, minutes: number, accountId = 'a', more: Partial<Candidate> = {}): Candidate => ({
  messageId,
  accountId,
  campaignId: 'c',
  sentAt: at(minutes),
  keyword: null,
  text: 'Serez-vous là ?',
  ...more,
});
const arrival = { text: 'Oui', slackMs: 2000, renter: null };

test('the newest message of one account wins, and the others are told', () => {
  expect(attribute([sent('old', 1), sent('new', 30), sent('middle', 10)], arrival)).toEqual({
    method: 'reply-code',
    confidence: 'exact',
    messageId: 'new',
    candidates: ['new', 'middle', 'old'],
  });
});

test('two messages too close together to tell apart make it a guess, and it says so', () => {
  const close = { ...sent('second', 1), sentAt: new Date(at(1).getTime() + 2000) };
  expect(attribute([sent('first', 1), close], arrival)).toMatchObject({ messageId: 'second', confidence: 'low' });
  expect(attribute([sent('first', 1), sent('second', 2)], { ...arrival, slackMs: 62_000 })).toMatchObject({ confidence: 'low' });
});

test('between two accounts nobody is guessed', () => {
  expect(attribute([sent('mine', 30), sent('theirs', 1, 'b')], arrival)).toEqual({
    method: 'none',
    reason: 'ambiguous',
    candidates: ['mine', 'theirs'],
  });
});

test('a rented number gives the account without any message, and with the messages of others', () => {
  const rented = { ...arrival, renter: 'renter' };
  expect(attribute([], rented)).toEqual({ method: 'rented-number', accountId: 'renter' });
  expect(attribute([sent('before', 1, 'b')], rented)).toEqual({ method: 'rented-number', accountId: 'renter' });
  expect(attribute([sent('before', 5, 'b'), sent('own', 1, 'renter')], rented)).toMatchObject({ messageId: 'own' });
  expect(attribute([], arrival)).toEqual({ method: 'none', reason: 'no-candidate', candidates: [] });
});

test('a campaign’s keyword decides between accounts, however written, and between campaigns', () => {
  const pizza = sent('pizza', 1, 'a', { keyword: 'pizza' });
  expect(attribute([sent('theirs', 30, 'b'), pizza], { ...arrival, text: 'PIZZÀ! pour deux' })).toMatchObject({
    method: 'keyword',
    messageId: 'pizza',
  });
  expect(attribute([sent('newer', 30), pizza], { ...arrival, text: 'pizza' })).toMatchObject({ messageId: 'pizza' });
  expect(attribute([sent('newer', 30), pizza], { ...arrival, text: 'une pizza' })).toMatchObject({
    method: 'reply-code',
    messageId: 'newer',
  });
});

test.each([
  ['another campaign has the same one', { keyword: 'pizza' }],
  ['the other text speaks of it', { text: 'Répondez PIZZA pour commander' }],
])('a keyword decides nothing when %s', (_, theirs) => {
  const candidates = [sent('theirs', 30, 'b', theirs), sent('mine', 1, 'a', { keyword: 'pizza' })];
  expect(attribute(candidates, { ...arrival, text: 'pizza' })).toMatchObject({ method: 'none', reason: 'ambiguous' });
});

test.each(['oui', 'NON', 'ok', 'deux mots', 'ab', '', 'stop', 'x'.repeat(21)])('%j is nobody’s own keyword', (word) => {
  expect(readCampaignKeyword(word)).toHaveProperty('code');
});

test('windows: 72 hours on short codes, 30 days on SIMs and numbers, wider by the clocks’ error', () => {
  const base = { receivedAt: at(0), ingestedAt: at(1), precision: 'millisecond', clockToleranceMs: 2000 };
  const hours = (kind: 'short-code' | 'sim' | 'virtual' | null) =>
    (at(0).getTime() - windowOf({ ...base, kind }).since.getTime() - 2000) / 3_600_000;
  expect([hours('short-code'), hours(null), hours('sim'), hours('virtual')]).toEqual([72, 72, 720, 720]);
  expect(windowOf({ ...base, kind: 'sim', precision: 'minute' }).slackMs).toBe(62_000);
  // A clock in the future is not believed: a campaign between our taking it in and that time can't be what it answers.
  expect(windowOf({ ...base, kind: 'sim', receivedAt: at(50) }).until).toEqual(new Date(at(1).getTime() + 2000));
});

test('a released number is its last renter’s for 30 days; a new one gets nothing from before', () => {
  const day = 86_400_000;
  const released = { renter: null, rentedAt: null, lastRenter: 'old', releasedAt: at(0) };
  expect(renterAt(new Date(at(0).getTime() + 30 * day), released)).toBe('old');
  expect(renterAt(new Date(at(0).getTime() + 30 * day + 1), released)).toBeNull();
  const again = { renter: 'new', rentedAt: new Date(at(0).getTime() + 20 * day), lastRenter: 'old', releasedAt: at(0) };
  expect(renterAt(new Date(at(0).getTime() + 20 * day - 1), again)).toBe('old');
  expect(renterAt(new Date(at(0).getTime() + 20 * day), again)).toBe('new');
});
