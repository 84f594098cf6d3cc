import { expect, test } from 'vitest';
import { Problem, STATUS } from '../../api/http/problem.ts';
import { languageOf, problemWords } from '../../domain/problems/problems-en.ts';
import type { ErrorCode } from '../../domain/problems/errors.ts';
import { anAccount, startApi } from '../fixtures/api.ts';

const codes = Object.keys(STATUS).filter((code): code is ErrorCode => code in STATUS);

test.each(codes)('%s has a title, a sentence and a remedy in English and in French, each its own', (code) => {
  const [en, fr] = [problemWords('en', code), problemWords('fr', code)];
  for (const key of ['title', 'sentence', 'remedy'] as const) {
    for (const words of [en, fr]) expect(words[key]).toMatch(/^\p{Lu}.{5,}$/u);
    expect(fr[key]).not.toBe(en[key]);
  }
  for (const words of [en, fr]) for (const said of [words.sentence, words.remedy]) expect(said).toMatch(/[.)]$/);
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['fr', 'fr'],
  ['fr-CA, en;q=0.9', 'fr'],
  ['en-GB, fr', 'en'],
  ['fr;q=0.4, en;q=0.8', 'en'],
  ['de, fr;q=0.5', 'fr'],
  ['fr;q=0', 'en'],
  ['*', 'en'],
  ['de', 'en'],
])('Accept-Language %s is answered in %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});

test('a refusal answers in the language that was asked for: the code stays, the detail in French is the dictionary’s', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { twoWay: 'off' });
  const body = { name: 'n', route: 'premium', withReplies: true, text: 'Bonjour', recipients: [{ to: '+33612000001' }] };
  const inEnglish = await shop.call('POST', '/campaigns', body);
  const inFrench = await shop.call('POST', '/campaigns', body, { 'accept-language': 'fr-FR, en;q=0.5' });
  expect(Problem.parse(inEnglish.body)).toMatchObject({
    code: 'two-way-off',
    title: 'Two-way SMS is not enabled',
    detail: expect.stringContaining('This account does not have two-way SMS'),
    remedy: problemWords('en', 'two-way-off').remedy,
  });
  const { title, sentence, remedy } = problemWords('fr', 'two-way-off');
  expect(Problem.parse(inFrench.body)).toMatchObject({ code: 'two-way-off', title, detail: sentence, remedy });
  expect([inEnglish, inFrench].map(({ headers }) => headers.get('content-language'))).toEqual(['en', 'fr']);
});
