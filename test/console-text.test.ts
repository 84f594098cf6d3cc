import { expect, test } from 'vitest';
import { en } from '../console/text-en.ts';
import { fr } from '../console/text-fr.ts';
import { accountFr } from '../console/text-fr-account.ts';
import { campaignsFr } from '../console/text-fr-campaigns.ts';
import { chatFr } from '../console/text-fr-chat.ts';
import { operatorFr } from '../console/text-fr-operator.ts';
import { repliesFr } from '../console/text-fr-replies.ts';
import { settingsFr } from '../console/text-fr-settings.ts';

const valuesIn = (text: string): string[] =>
  [...text.matchAll(/(?<!\{)\{(\w+)\}(?!\})/g)].map(([, name = '']) => name).toSorted();

test('both languages say the same things, with the same values, and neither says nothing', () => {
  expect(Object.keys(en).toSorted()).toEqual(Object.keys(fr).toSorted());
  for (const [word, text] of Object.entries<string>(fr)) {
    const other = Object.entries(en).find(([name]) => name === word)?.[1] ?? '';
    expect([word, text.trim() === '', other.trim() === '', valuesIn(other)]).toEqual([word, false, false, valuesIn(text)]);
  }
});

test('no part of a dictionary says over what another one says', () => {
  const parts: Record<string, string>[] = [accountFr, campaignsFr, chatFr, operatorFr, repliesFr, settingsFr];
  const names = parts.flatMap((part) => Object.keys(part));
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
});
