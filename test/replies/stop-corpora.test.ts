import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readKeyword } from '../../domain/replies/keywords.ts';

type Sample = { intent: 'out' | 'stay'; text: string };

const corpus = (name: string): Sample[] =>
  readFileSync(new URL(`corpora/${name}.tsv`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [intent, text = ''] = line.split('\t');
      if (intent !== 'out' && intent !== 'stay') throw new Error(`Neither out nor stay: ${line}`);
      return { intent, text };
    });

/** How a corpus is read: of who wants out and of who stays, as a row of the document's table; and who was not understood. */
function read(name: string) {
  const samples = corpus(name).map((sample) => ({ ...sample, kind: readKeyword(sample.text).kind }));
  const texts = (intent: Sample['intent'], wanted: (kind: string) => boolean): string[] =>
    samples.filter((sample) => sample.intent === intent && wanted(sample.kind)).map(({ text }) => text);
  const missed = texts('out', (kind) => kind !== 'stop' && kind !== 'looks-like-stop');
  const wronged = texts('stay', (kind) => kind === 'stop');
  const [obeyed, flagged] = [texts('out', (kind) => kind === 'stop'), texts('out', (kind) => kind === 'looks-like-stop')];
  const shown = texts('stay', (kind) => kind === 'looks-like-stop');
  const left = texts('stay', (kind) => kind !== 'stop' && kind !== 'looks-like-stop');
  const counts = [obeyed, flagged, missed, left, shown, wronged].map(({ length }) => length);
  return { row: `| \`${name}.tsv\` | ${counts.join(' | ')} |`, missed, wronged };
}

const PAGE = readFileSync(new URL('../../docs/attribution.md', import.meta.url), 'utf8');

test.each(['known', 'unseen'])(
  'docs/attribution.md says how the replies of %s.tsv are read, and each that is misread',
  (name) => {
    const { row, missed, wronged } = read(name);
    expect(PAGE).toContain(row);
    for (const text of [...missed, ...wronged]) expect(PAGE).toContain(`- ${text}\n`);
  },
);

test('of 600 replies nobody who stays is opted out, and of who wants out nine in ten are seen', () => {
  for (const name of ['known', 'unseen']) {
    expect(corpus(name)).toHaveLength(300);
    expect(read(name).wronged).toEqual([]);
    expect(read(name).missed.length).toBeLessThan(15);
  }
});
