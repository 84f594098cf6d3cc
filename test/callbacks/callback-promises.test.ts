import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('every promise of callbacks names a test that exists', () => {
  const promises = read('../../docs/callback-promises.md')
    .split('\n')
    .flatMap((line) => {
      const [, , file, title] = line.split('|').map((cell) => cell.trim());
      return file?.startsWith('`') && title ? [{ file: file.replaceAll('`', ''), title }] : [];
    });
  expect(promises.length).toBeGreaterThan(95);
  const missing = promises.filter(({ file, title }) => !read(`../${file}`).includes(`'${title}'`));
  expect(missing).toEqual([]);
});
