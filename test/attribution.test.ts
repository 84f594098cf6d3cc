import { expect, test } from 'vitest';
import { attribute, CLOCK_TOLERANCE_MS, type Candidate } from '../domain/attribution.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 5, 12, minutes));
const sent = (messageId: string, minutes: number, accountId = 'a'): Candidate => ({
  messageId,
  accountId,
  campaignId: 'c',
  sentAt: at(minutes),
});

test('the newest message of one account wins, and the others are told', () => {
  expect(attribute([sent('old', 1), sent('new', 30), sent('middle', 10)], null)).toEqual({
    method: 'reply-code',
    confidence: 'exact',
    messageId: 'new',
    candidates: ['new', 'middle', 'old'],
  });
});

test('two messages too close together to tell apart make it a guess, and it says so', () => {
  const close = { ...sent('second', 1), sentAt: new Date(at(1).getTime() + CLOCK_TOLERANCE_MS) };
  expect(attribute([sent('first', 1), close], null)).toMatchObject({ messageId: 'second', confidence: 'low' });
});

test('between two accounts nobody is guessed', () => {
  expect(attribute([sent('mine', 30), sent('theirs', 1, 'b')], null)).toEqual({
    method: 'none',
    reason: 'ambiguous',
    candidates: ['mine', 'theirs'],
  });
});

test('a rented number gives the account without any message', () => {
  expect(attribute([], 'renter')).toEqual({ method: 'rented-number', accountId: 'renter' });
  expect(attribute([], null)).toEqual({ method: 'none', reason: 'no-candidate', candidates: [] });
});
