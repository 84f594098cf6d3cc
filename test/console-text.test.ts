import { expect, test } from 'vitest';
import { en } from '../console/text-en.ts';
import { fr } from '../console/text-fr.ts';

const valuesIn = (text: string): string[] =>
  [...text.matchAll(/(?<!\{)\{(\w+)\}(?!\})/g)].map(([, name = '']) => name).toSorted();

test('both languages say the same things, with the same values, and neither says nothing', () => {
  expect(Object.keys(en).toSorted()).toEqual(Object.keys(fr).toSorted());
  for (const [word, text] of Object.entries<string>(fr)) {
    const other = Object.entries(en).find(([name]) => name === word)?.[1] ?? '';
    expect([word, text.trim() === '', other.trim() === '', valuesIn(other)]).toEqual([word, false, false, valuesIn(text)]);
  }
});
