import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { startApi } from '../fixtures/api.ts';

const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
const read = (path: string): string => readFileSync(path, 'utf8');
const linksOf = (path: string): string[] =>
  [...read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, to = '']) => to);

test('the list of documents has each page once, in three parts', () => {
  const listed = linksOf('docs/README.md').filter((to) => !to.startsWith('..') && !to.startsWith('decisions/'));
  const there = pages.filter((path) => path !== 'README.md' && !path.startsWith('decisions/'));
  expect(listed.toSorted()).toEqual(there.toSorted());
  expect([...read('docs/README.md').matchAll(/^## (.+)$/gm)].map(([, part]) => part)).toEqual(['Use it', 'Run it', 'Work on it']);
});

test('what documents link to is there, and each step of the checklist names a test that runs it', () => {
  const all = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pages.map((path) => join('docs', path))];
  const dead = all.flatMap((path) =>
    linksOf(path)
      .filter((to) => !existsSync(normalize(join(dirname(path), decodeURIComponent(to)))))
      .map((to) => `${path} → ${to}`),
  );
  expect(dead).toEqual([]);
  const named = [...read('docs/operations/checklist.md').matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
  const steps = [...read('docs/operations/checklist.md').matchAll(/^\| (\d+) \| .+ \| (.*) \|$/gm)];
  expect(steps.map(([, number]) => Number(number))).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
  expect(steps.filter(([, , tests = '']) => !/^`test\/[\w./-]+\.ts`/.test(tests)).map(([step]) => step)).toEqual([]);
});

test('the architecture walks six journeys, and every file that it names is there', () => {
  const text = read('docs/architecture.md');
  expect([...text.matchAll(/^## /gm)]).toHaveLength(6);
  const named = [...text.matchAll(/`([\w-]+(?:\/[\w.-]+)+\.tsx?)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test('the product serves its pages as Markdown, and no other file', async () => {
  await using api = await startApi();
  const { status, text, headers } = await api.call('GET', '/docs/operations/backup.md');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8']);
  expect(text).toBe(read('docs/operations/backup.md'));
  for (const path of ['/docs/../package.json', '/docs/%2e%2e/package.json', '/docs/none.md', '/docs/screenshots/chat.png'])
    expect((await api.call('GET', path)).status).toBe(404);
});
