import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MESSAGE_REASONS } from '../../../domain/sending/message-reasons.ts';

test('every reason of ours is in the public table, with its state and what to do', () => {
  const table = readFileSync(new URL('../../../docs/message-reasons.md', import.meta.url), 'utf8');
  for (const [reason, words] of Object.entries(MESSAGE_REASONS)) {
    const [state, ...rest] = words.split(': ');
    expect(table).toContain(`| \`${reason}\` | ${state} | ${rest.join(': ')} |`);
  }
});

test('what sets a message aside gives a reason of the table', () => {
  const claim = readFileSync(new URL('../../../activities/sending/claim-and-settle.ts', import.meta.url), 'utf8');
  const given = [...claim.matchAll(/then '([a-z-]+)'/g)].map(([, reason = '']) => reason);
  const states = new Set(['skipped', 'queued', 'simulated', 'submitting', 'failed']);
  expect(given.filter((each) => !states.has(each) && !(each in MESSAGE_REASONS))).toEqual([]);
  expect(given).toContain('expired');
});
