import { expect, test } from 'vitest';
import { decodeGsm7, encodeGsm7, gsm7Length, isGsm7 } from '../../domain/sms/gsm7.ts';
import { countSegments, MAX_SEGMENTS, splitSegments } from '../../domain/sms/segments.ts';
import { decodeText, encodeText } from '../../domain/sms/sms-text.ts';

const EXTENSION = '^{}\\[]~|€\f';

/** The same sequence for every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

test('every character of GSM 03.38 comes back from its octets', () => {
  const octets = Uint8Array.from({ length: 128 }, (_, code) => code).filter((code) => code !== 0x1b);
  const basic = decodeGsm7(octets);
  expect(basic).toHaveLength(127);
  expect(encodeGsm7(basic)).toEqual(octets);
  expect(new Set(basic).size).toBe(127);
  expect(decodeGsm7(encodeGsm7(EXTENSION))).toBe(EXTENSION);
});

test('the codes are those of the standard', () => {
  expect([...encodeGsm7('@£Çé\nΔ_ÆÉ ¤A¡ZÄÖÑÜ§¿zäöñüà')]).toEqual([
    0x00, 0x01, 0x09, 0x05, 0x0a, 0x10, 0x11, 0x1c, 0x1f, 0x20, 0x24, 0x41, 0x40, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x7a,
    0x7b, 0x7c, 0x7d, 0x7e, 0x7f,
  ]);
  expect([...encodeGsm7('€{}')]).toEqual([0x1b, 0x65, 0x1b, 0x28, 0x1b, 0x29]);
});

test.each('â ê î ô û ë ï ç œ À È « » ’ … \u001b \u00a0 ` 日 😀'.split(' '))(
  '%j is not GSM-7 and is named as what forced UCS-2',
  (character) => {
    expect(isGsm7(`a${character}b`)).toBe(false);
    expect(gsm7Length(character)).toBeNull();
    expect(() => encodeGsm7(`ab${character}`)).toThrow(/^U\+[0-9A-F]{4,6} at position 2 /);
    expect(countSegments(`a${character}b${character}`)).toMatchObject({ encoding: 'ucs2', forcing: [character] });
  },
);

test('octets that are no GSM-7 are read without an error', () => {
  expect(decodeGsm7(Uint8Array.of(0x41, 0x1b))).toBe('A ');
  expect(decodeGsm7(Uint8Array.of(0x1b, 0x1b, 0x41))).toBe(' A');
  expect(decodeGsm7(Uint8Array.of(0x1b, 0x41, 0x42))).toBe('AB');
  expect(decodeGsm7(Uint8Array.of(0xe9, 0x80))).toBe('é\ufffd');
});

test.each([
  ['', 'gsm7', 0, 1],
  ['a'.repeat(160), 'gsm7', 160, 1],
  ['a'.repeat(161), 'gsm7', 161, 2],
  ['a'.repeat(306), 'gsm7', 306, 2],
  ['a'.repeat(307), 'gsm7', 307, 3],
  ['€'.repeat(80), 'gsm7', 160, 1],
  [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'gsm7', 306, 3],
  ['€'.repeat(153), 'gsm7', 306, 3],
  ['a'.repeat(1224), 'gsm7', 1224, MAX_SEGMENTS],
  ['a'.repeat(1225), 'gsm7', 1225, MAX_SEGMENTS + 1],
  ['ê'.repeat(70), 'ucs2', 70, 1],
  ['ê'.repeat(71), 'ucs2', 71, 2],
  ['ê'.repeat(134), 'ucs2', 134, 2],
  ['ê'.repeat(135), 'ucs2', 135, 3],
  ['😀'.repeat(35), 'ucs2', 70, 1],
  ['😀'.repeat(67), 'ucs2', 134, 3],
  ['ê'.repeat(536), 'ucs2', 536, MAX_SEGMENTS],
] as const)('a text is counted as it is billed: case %#', (text, encoding, units, segments) => {
  expect(countSegments(text)).toMatchObject({ encoding, units, segments });
  expect(splitSegments(text)).toHaveLength(segments);
});

test('parts join to the text, are full, and split no extension character or surrogate pair', () => {
  const roll = dice(7);
  const alphabets = ['a b c { € [ é \n', 'a b ê 😀 👍', '€ a b'].map((characters) => characters.split(' '));
  for (let round = 0; round < 600; round++) {
    const alphabet = alphabets[round % alphabets.length] ?? [];
    const text = Array.from({ length: roll(500) }, () => alphabet[roll(alphabet.length)]).join('');
    const { encoding, segments, units } = countSegments(text);
    const parts = splitSegments(text);
    const room = encoding === 'gsm7' ? 153 : 67;
    const sizes = parts.map((part) => (encoding === 'gsm7' ? (gsm7Length(part) ?? Infinity) : part.length));
    expect(parts.join('')).toBe(text);
    expect(parts).toHaveLength(segments);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(units);
    if (parts.length === 1) continue;
    expect(Math.max(...sizes)).toBeLessThanOrEqual(room);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(room - 1);
    for (const part of parts) expect(part).toBe(part.toWellFormed());
  }
});

test('characters that forced UCS-2 are named once, in the order of the text', () => {
  expect(countSegments('ça va être ça… 😀 ! 😀').forcing).toEqual(['ç', 'ê', '…', '😀']);
  expect(countSegments('déjà vu').forcing).toEqual([]);
});

test('100,000 short texts are counted in a fifth of a second', () => {
  const texts = Array.from({ length: 100_000 }, (_, i) => `Bonjour client ${i}, à demain ${i % 2 ? '{ok}' : 'peut-être'} ?`);
  // The best of three, in time of the processor: a process that has been up for a minute is warm, and the machine is not ours alone.
  const timesMs = [1, 2, 3].map(() => {
    const before = process.threadCpuUsage();
    const segments = texts.reduce((sum, text) => sum + countSegments(text).segments, 0);
    expect(segments).toBe(100_000);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  });
  expect(Math.min(...timesMs)).toBeLessThan(200);
});

test('every encoding is read back, and broken octets never throw', () => {
  const octets = Uint8Array.of(0xd8, 0x3d, 0xde, 0x00, 0x00, 0xea, 0x41);
  expect(decodeText(octets, 'ucs2')).toBe('😀ê');
  expect(decodeText(Uint8Array.of(0xfe, 0xff, 0x00, 0x53), 'ucs2')).toBe('S');
  expect(decodeText(Uint8Array.of(0xea, 0x41), 'latin1')).toBe('êA');
  expect(decodeText(Uint8Array.of(0xc3, 0xaa, 0xc3), 'utf8')).toBe('ê\ufffd');
  expect(decodeText(Uint8Array.of(0x00, 0xff), 'binary')).toBe('00ff');
  expect(decodeText(Uint8Array.of(0x1b, 0x65), 'gsm7')).toBe('€');
});

test('what is encoded is what is decoded', () => {
  expect(decodeText(encodeText('forêt 😀', 'ucs2'), 'ucs2')).toBe('forêt 😀');
  expect(decodeText(encodeText('forêt', 'latin1'), 'latin1')).toBe('forêt');
  expect(decodeText(encodeText('[50 €]', 'gsm7'), 'gsm7')).toBe('[50 €]');
  expect(() => encodeText('50 €', 'latin1')).toThrow('U+20AC at position 3 is not in Latin-1.');
});
