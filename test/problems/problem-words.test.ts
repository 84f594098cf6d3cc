import { expect, test } from 'vitest';
import { Problem, STATUS } from '../../api/http/problem.ts';
import { AppError, detailOf } from '../../domain/problems/errors.ts';
import { languageOf } from '../../domain/problems/language.ts';
import {
  CATALOGUES,
  fill,
  isFaultCode,
  sentenceOf,
  type ErrorCode,
  type Language,
  type SentenceKey,
} from '../../domain/problems/said.ts';
import { Preview } from '../../api/campaigns/preview-view.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';

const { en, fr } = CATALOGUES;
const isSentence = (name: string): name is SentenceKey => name in en.sentences;
const codes = Object.keys(STATUS).filter((code): code is ErrorCode => code in STATUS);
const faults = Object.keys(en.faults).filter(isFaultCode);
const sentences = Object.keys(en.sentences).filter(isSentence);

/** English that no French sentence has; what an API names stays as it is. */
const ENGLISH =
  /\b(?:the|this|that|is|are|was|not|with|without|from|your|you|which|there|send|write|choose|ask|again|account|number|sender ID|recipients?|country|it|of|and|or|at most|at least)\b/i;
const withoutNames = (text: string): string =>
  text
    .replaceAll(/\/v1\/[^\s,.]+|\/[\w./{}-]+|[A-Z]{3,} \/\S+|POST …\S*|\bnpm run \S+ -- [\w-]+|\{[^}]*\}+|"[^"]*"|<[^>]*>/g, ' ')
    .replaceAll(/\b\w+: \w+|\b[a-z]+[A-Z]\w+|\b[A-Z]\w*-\w[\w-]*|[\w-]+:\s?[\w-]+/g, ' ')
    .replaceAll(/\b(?:url|type|or|content-type|since|until|now|text\/csv|PATCH|country|phone|reason|code)\b/g, ' ');

/** The facts a template has holes for, and one value for each that shows where it went. */
const holes = (text: string): string[] => [
  ...new Set([...text.matchAll(/(?<!\{)\{(\w+)(?:\|[^}]*|:[\w-]+)?\}(?!\})/g)].map(([, name = '']) => name)),
];
const some = (text: string, n: number): Record<string, string | number> =>
  Object.fromEntries(holes(text).map((name) => [name, new RegExp(`\\{${name}\\|`).test(text) ? n : `§${name}§`]));

function bothSay(english: string, french: string): void {
  expect(holes(french).toSorted()).toEqual(holes(english).toSorted());
  for (const n of [0, 1, 2, 1000]) {
    for (const [language, text] of [
      ['en', english],
      ['fr', french],
    ] satisfies [Language, string][]) {
      const facts = some(text, n);
      const said = fill(text, facts, language);
      const unsaid = Object.entries(facts)
        .filter(([name]) => new RegExp(`\\{${name}(?:\\}|:)`).test(text))
        .map(([, fact]) => (typeof fact === 'number' ? new Intl.NumberFormat(language).format(fact) : fact))
        .filter((shown) => !said.includes(shown));
      expect([unsaid, /undefined|\{n\}|\|/.exec(said)]).toEqual([[], null]);
    }
  }
  expect(withoutNames(french)).not.toMatch(ENGLISH);
}

test.each(codes)('the refusal %s has a title, a sentence and a remedy in both languages', (code) => {
  for (const place of [0, 1, 2] as const) {
    for (const { titles } of [en, fr]) expect(titles[code][place]).toMatch(/^\p{Lu}.{5,}$/u);
    expect(fr.titles[code][place]).not.toBe(en.titles[code][place]);
    bothSay(en.titles[code][place], fr.titles[code][place]);
  }
});

test.each(faults)('the fault %s says every fact in both languages, its problem and its remedy', (code) => {
  const alike = [0, 1].filter((place) => en.faults[code][place] === fr.faults[code][place]);
  expect(alike.map((place) => en.faults[code][place])).toEqual(alike.map(() => expect.stringMatching(/^Send \{"to"/)));
  bothSay(en.faults[code].join(' — '), fr.faults[code].join(' — '));
});

test('every other sentence says its facts in both languages', () => {
  expect(sentences.length).toBeGreaterThan(100);
  for (const key of sentences) bothSay(en.sentences[key], fr.sentences[key]);
});

test('plurals follow their language: none is plural in English and singular in French', () => {
  const warned = (n: number, language: Language) =>
    sentenceOf({ say: 'warn.sender-unregistered', facts: { sender: 'Shop', n } }, language);
  expect([0, 1, 2].map((n) => /\d (\w+ \w+) it/.exec(warned(n, 'en'))?.[1])).toEqual([
    'recipients get',
    'recipient gets',
    'recipients get',
  ]);
  expect([0, 1, 2].map((n) => /\d (\w+ \w+ \w+)\./.exec(warned(n, 'fr'))?.[1])).toEqual([
    'destinataire le voit',
    'destinataire le voit',
    'destinataires le voient',
  ]);
});

test('a refusal without a sentence of its own says the first thing that is wrong', () => {
  const refused = new AppError('invalid-rows', null, [{ field: 'to', row: 3, code: 'phone-unassigned' }]);
  expect(refused.message).toBe('Row 3: to is not an assigned phone number.');
  expect(detailOf(refused, 'fr').replaceAll('\u00a0', ' ')).toBe('Ligne 3 : « numéro » n’est pas un numéro attribué.');
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['fr', 'fr'],
  ['fr-CA, en;q=0.9', 'fr'],
  ['en-GB, fr', 'en'],
  ['fr;q=0.4, en;q=0.8', 'en'],
  ['de, fr;q=0.5', 'fr'],
  ['fr;q=0', undefined],
  ['*', undefined],
  ['de', undefined],
])('Accept-Language %s likes %s of ours best', (header, language) => {
  expect(languageOf(header)).toBe(language);
});

test('Accept-Language comes first, the account’s language second; a document has one of them', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { twoWay: 'refused', locale: 'fr' });
  await api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'refused', reason: 'Trop vague' });
  const body = { name: 'n', route: 'premium', withReplies: true, text: 'Bonjour', recipients: [{ to: '+33612000001' }] };
  const asked = async (language: string) => shop.call('POST', '/campaigns', body, { 'accept-language': language });
  const answers = await Promise.all(['en', 'fr-FR, en;q=0.5', '*', 'de'].map(asked));
  expect(answers.map(({ headers }) => headers.get('content-language'))).toEqual(['en', 'fr', 'fr', 'fr']);
  const [english, french] = answers.map((answer) => Problem.parse(answer.body));
  // The operator's reason is said in either.
  expect(english).toMatchObject({ code: 'two-way-off', title: en.titles['two-way-off'][0] });
  expect(english?.detail).toMatch(/refused, for this reason: Trop vague\)/);
  expect(french?.detail).toMatch(/refusé, pour ce motif\s: Trop vague\)/u);
  expect(french?.remedy).toBe(fill(fr.titles['two-way-off'][2], {}, 'fr'));
});

test('a French preview has no English in it: refusals, rows, warnings and samples', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api, { locale: 'fr' });
  const preview = async (campaign: object) => {
    const body = { name: 'n', route: 'premium', ...campaign };
    const answer = await shop.call('POST', '/campaigns/preview', body, { 'accept-language': '' });
    expect([answer.status, answer.headers.get('content-language')]).toEqual([200, 'fr']);
    return Preview.parse(answer.body);
  };
  const prenom = 'x';
  const shown = [
    await preview({
      withReplies: true,
      text: 'Bonjour {{prenom}}',
      recipients: [
        { to: '', prenom },
        { to: 'demain', prenom },
        { to: '12', prenom },
        { to: '+33612000001', prenom: '' },
        { to: '+33612000002', prenom: 'a\u0007' },
        { to: '+33612000003', prenom: 'x'.repeat(2000) },
        { to: '+32470123456', prenom },
        { to: '+33612000004', prenom, reference: 'r'.repeat(300) },
      ],
    }),
    await preview({ withReplies: true, text: 'Bonjour {{nom}}', recipients: [{ to: '+33612000001' }] }),
    await preview({ withReplies: true, text: 'Bonjour {{#if}}', recipients: [{ to: '+33612000001' }] }),
    await preview({ sender: 'Infos', text: 'Bonjour', recipients: [{ to: '+33612000001' }] }),
    await preview({ route: 'lowcost', text: 'Bonjour', sendAt: '2027-01-01T23:00:00Z', recipients: [{ to: '+33612000001' }] }),
    await preview({ sender: '12345', text: 'Bonjour', recipients: [{ to: '+33612000001' }] }),
  ];
  const said = shown.flatMap(({ refusals, warnings, samples }) => [
    ...refusals.flatMap(({ detail, errors }) => [detail, ...errors.flatMap(({ problem, remedy }) => [problem, remedy])]),
    ...warnings.map(({ detail }) => detail),
    ...samples.map(({ answer }) => answer),
  ]);
  expect(said.length).toBeGreaterThan(25);
  expect(said.filter((text) => ENGLISH.test(withoutNames(text)))).toEqual([]);
  expect(said.join(' ')).toContain('en BE');
});
