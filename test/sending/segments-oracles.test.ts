import { SegmentedMessage } from 'sms-segments-calculator';
import splitSms from 'split-sms';
import { expect, test } from 'vitest';
import { createSegmenter } from '../../carriers/smpp/long-message.ts';
import { smppSettings } from '../../carriers/smpp/settings.ts';
import { countSegments, splitSegments } from '../../domain/sms/segments.ts';
import { textFault } from '../../domain/sms/text-fault.ts';
import { aMessage } from '../fixtures/smpp-session.ts';

const TEXTS = 20_000;
const ALPHABETS = [
  Array.from('abc é\n.'),
  Array.from('ab € { [ ~ | \\ ^ } ]'),
  Array.from('a\r\n€b'),
  Array.from('aê ç’…'),
  ['a', 'é', '😀', '👍🏽', '🇫🇷', '👩‍👩‍👧‍👦'],
  ['a', 'e\u0301', 'o\u0302\u0323', 'n\u0303', '\u200d', '\ufe0f', '❤️', 'ê'],
  ['한', 'ᄒ', 'ᅡ', 'ᆫ', '日', 'अ', 'ि', '€'],
  ['a', '😀', '\ud83d', '\ude00', 'ê'],
];
/** Lengths at which a character more is a part more, and others. */
const BORDERS = [67, 70, 134, 153, 160, 201, 306];

/** The same sequence for every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Half of them of any length, half about a border with something at it that takes two units. */
function generate(): string[] {
  const roll = dice(36_200);
  return Array.from({ length: TEXTS }, (_, i) => {
    const alphabet = ALPHABETS[i % ALPHABETS.length] ?? [];
    const any = () => alphabet[roll(alphabet.length)] ?? 'a';
    if (i % 2 === 0) return Array.from({ length: roll(ALPHABETS.indexOf(alphabet) < 4 ? 330 : 90) }, any).join('');
    const filler = ALPHABETS.indexOf(alphabet) < 3 ? 'a' : 'ê';
    const before = filler.repeat(Math.max(0, (BORDERS[roll(BORDERS.length)] ?? 0) - 3 + roll(5)));
    return before + Array.from({ length: roll(20) }, any).join('');
  });
}

/** What a text must have for the oracle that keeps user-perceived characters whole to count otherwise. */
const hasCluster = (text: string): boolean =>
  [...new Intl.Segmenter('fr').segment(text.replaceAll('\r\n', '\n'))].some(({ segment }) => Array.from(segment).length > 1) ||
  /\p{M}|\u200d|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u1100-\u11ff]/u.test(text);

const settings = smppSettings.parse({ host: 'smsc.example', port: 2775, systemId: 'aller', password: '' });
const segmentsOnTheWire = createSegmenter(settings);

test('20,000 texts are counted as submitted, and as two counters do but for docs/segments.md', { timeout: 240_000 }, () => {
  const encodings = { gsm7: 0, ucs2: 0 };
  const differ = { clusters: 0, halves: 0 };
  const wrong: unknown[] = [];
  for (const text of generate()) {
    const { encoding, segments } = countSegments(text);
    encodings[encoding]++;
    const wire = segmentsOnTheWire(aMessage({ text })).length;
    const split = splitSms.split(text);
    const calculated = new SegmentedMessage(text);
    const gsm7 = [encoding === 'gsm7', split.characterSet === 'GSM', calculated.encodingName === 'GSM-7'];
    if (splitSegments(text).length !== segments || wire !== segments || new Set(gsm7).size > 1) wrong.push({ text, wire, gsm7 });

    const [ofSplit, ofCalculator] = [split.parts.length, calculated.segmentsCount];
    if (ofSplit === segments && ofCalculator === segments) continue;
    if (!text.isWellFormed()) differ.halves++;
    else if (ofSplit === segments && hasCluster(text)) differ.clusters++;
    else wrong.push({ text, segments, ofSplit, ofCalculator });
  }
  expect(wrong).toEqual([]);
  expect(Math.min(encodings.gsm7, encodings.ucs2)).toBeGreaterThan(5000);
  // The figures of docs/segments.md.
  expect(differ).toEqual({ clusters: 154, halves: 3 });
});

test.each([
  // Why the counters differ: who is right stands in docs/segments.md.
  { name: 'a family at the border of two parts', text: `${'ê'.repeat(62)}👩‍👩‍👧‍👦${'ê'.repeat(61)}`, ours: 2, calculator: 3, split: 2 },
  {
    name: 'a letter and its mark at the border of two parts',
    text: `${'ê'.repeat(66)}e\u0301${'ê'.repeat(66)}`,
    ours: 2,
    calculator: 3,
    split: 2,
  },
  { name: 'half of a pair, which we never send', text: `${'ê'.repeat(69)}\ud83d`, ours: 1, calculator: 1, split: 2 },
])('$name', ({ text, ours, calculator, split }) => {
  expect(countSegments(text).segments).toBe(ours);
  expect(segmentsOnTheWire(aMessage({ text }))).toHaveLength(ours);
  expect(new SegmentedMessage(text).segmentsCount).toBe(calculator);
  expect(splitSms.split(text).parts).toHaveLength(split);
  expect(textFault(text) === undefined).toBe(text.isWellFormed());
});
