import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const numbers = (found: RegExpStringIterator<RegExpExecArray>): number[] =>
  [...found].map(([, number]) => Number(number)).toSorted((a, b) => a - b);
const ALL = Array.from({ length: 36 }, (_, index) => index + 1);

test.each(['English', 'Français'])('the %s page lists each of the 36 rules, and each has its test', (language) => {
  const page = text('../../docs/two-way-sms.md').split(`\n## ${language}\n`)[1]?.split('\n## ')[0] ?? '';
  expect(numbers(page.matchAll(/^(\d+)\. /gm))).toEqual(ALL);
  const tests = ['general', 'v0', 'v2'].map((name) => text(`${name}.test.ts`)).join('');
  expect(numbers(tests.matchAll(/^test\('(\d+)\. /gm))).toEqual(ALL);
});
