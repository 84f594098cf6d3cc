import { expect, test } from 'vitest';
import { registry } from '../../carriers/registry.ts';
import { smpp } from '../../carriers/smpp/smpp.ts';
import { SETTING_WORDS } from '../../console/carriers/setting-labels.ts';
import { startApi } from '../fixtures/api.ts';

test('each SMPP setting has words in the console in both languages, and no words are left over', () => {
  const known = new Set(Object.values(registry).flatMap(({ settings }) => Object.keys(settings.shape)));
  expect(Object.keys(smpp.settings.shape).filter((name) => SETTING_WORDS[name] === undefined)).toEqual([]);
  expect(Object.keys(SETTING_WORDS).filter((name) => !known.has(name))).toEqual([]);
});

test('kinds of carriers say what is not verified of them, in the reader’s language', async () => {
  await using api = await startApi({ registry });
  const typesIn = async (language: string) => {
    const { body } = await api.call('GET', '/v1/operator/carrier-types', {
      key: api.operatorKey,
      headers: { 'accept-language': language },
    });
    return new Map<string, string[]>(
      body.items.map((each: { type: string; unverified: string[] }) => [each.type, each.unverified]),
    );
  };
  const [english, french] = [await typesIn('en'), await typesIn('fr')];
  expect(english.get('vonage')).toEqual([expect.stringContaining('402')]);
  expect(french.get('vonage')).toEqual([expect.stringContaining('sans crédit')]);
  expect(english.get('smpp')).toEqual([]);
});
