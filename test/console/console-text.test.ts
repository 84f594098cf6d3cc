import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { existsSync, readFileSync } from 'node:fs';
import { en as firstEn } from '../../console/i18n/en/index.ts';
import { moreEn } from '../../console/i18n/en/more.ts';
import { fr as firstFr } from '../../console/i18n/fr/index.ts';
import { moreFr } from '../../console/i18n/fr/more.ts';
import { accountFr } from '../../console/i18n/fr/account.ts';
import { campaignsFr } from '../../console/i18n/fr/campaigns.ts';
import { chatFr } from '../../console/i18n/fr/chat.ts';
import { operatorFr } from '../../console/i18n/fr/operator.ts';
import { repliesFr } from '../../console/i18n/fr/replies.ts';
import { settingsFr } from '../../console/i18n/fr/settings.ts';
import { isWord, loadMoreWords, loadWords, textOf } from '../../console/i18n/dictionary.ts';
import { countSegments } from '../../domain/sms/segments.ts';

const fr = { ...firstFr, ...moreFr };
const en = { ...firstEn, ...moreEn };
const valuesIn = (text: string): string[] =>
  [...text.matchAll(/(?<!\{)\{(\w+)\}(?!\})/g)].map(([, name = '']) => name).toSorted();

test('both languages say the same things, with the same values, and neither says nothing', () => {
  expect(Object.keys(en).toSorted()).toEqual(Object.keys(fr).toSorted());
  for (const [word, text] of Object.entries<string>(fr)) {
    const other = Object.entries(en).find(([name]) => name === word)?.[1] ?? '';
    expect([word, text.trim() === '', other.trim() === '', valuesIn(other)]).toEqual([word, false, false, valuesIn(text)]);
  }
});

test('no line of French begins with a mark; what the console proposes as an SMS costs no more', async () => {
  await loadWords('fr');
  await loadMoreWords();
  const shown = Object.keys(firstFr).concat(Object.keys(moreFr)).filter(isWord).map(textOf);
  expect(shown.length).toBeGreaterThan(900);
  expect(shown.filter((text) => / [!?;:»%€]|« /.test(text))).toEqual([]);
  expect(shown.filter((text) => text.includes('\u202f?')).length).toBeGreaterThan(10);
  expect(countSegments(textOf('stepSendText')).forcing).toEqual([]);
});

test('no part of a dictionary says over what another one says', () => {
  const parts: Record<string, string>[] = [accountFr, campaignsFr, chatFr, operatorFr, repliesFr, settingsFr];
  const names = parts.flatMap((part) => Object.keys(part));
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  expect(Object.keys(moreFr).filter((word) => word in firstFr)).toEqual([]);
});

const CONSOLE = fileURLToPath(new URL('../../console/', import.meta.url));

/** A file of the console with all that is loaded with it: not the parts that it loads when they are needed. */
function loadedWith(file: string, all = new Set<string>()): Set<string> {
  if (all.has(file) || !existsSync(join(CONSOLE, file))) return all;
  all.add(file);
  for (const [, next = ''] of readFileSync(join(CONSOLE, file), 'utf8').matchAll(/^import (?!type)[^;]*? from '(\.[^']+)';$/gms))
    loadedWith(join(dirname(file), next), all);
  return all;
}

test('what is loaded with the sign-in and the chat says nothing whose words come later', () => {
  const routes = readFileSync(join(CONSOLE, 'routes.tsx'), 'utf8');
  const pages = [...routes.matchAll(/sparePage\([^)]*\) => \(await import\('\.\/([^']+)'\)/g)].map(([, file = '']) => file);
  expect(pages).toEqual(expect.arrayContaining(['conversations/chat.tsx', 'conversations/thread.tsx']));
  const files = [...new Set(['main.tsx', ...pages].flatMap((file) => [...loadedWith(file)]))];
  expect(files).toEqual(
    expect.arrayContaining(['people/sign-in.tsx', 'shell/shell.tsx', 'conversations/reply-box.tsx', 'ui/components.tsx']),
  );
  const later = files.flatMap((file) => {
    const source = readFileSync(join(CONSOLE, file), 'utf8');
    // A word stands in quotes after `say(`, a choice or the name of a property, or is given to one that says it.
    const said = [...source.matchAll(/(?:say\(|[?:] |label=|title=)['"]([\w.-]+)['"](?! ?[:\]])/g)].map(([, word = '']) => word);
    return said.filter((word) => word in moreFr && !(word in firstFr)).map((word) => `${file}: ${word}`);
  });
  expect(later).toEqual([]);
});
