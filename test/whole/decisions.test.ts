import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDER = new URL('../../docs/decisions/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
const names = readdirSync(FOLDER).filter((name) => name !== 'README.md');

test('every decision has its number, a title, a status, and the same three parts', () => {
  const odd = names.filter((name) => {
    const [title = '', , status = ''] = read(name).split('\n');
    const parts = [...read(name).matchAll(/^## (.+)$/gm)].map(([, part]) => part);
    const whole = parts.join() === 'Context,Decision,Consequences';
    return !(whole && title.startsWith(`# ${name.slice(0, 4)}. `) && /^\d{4}-\d\d-\d\d · (accepted|superseded by)/.test(status));
  });
  expect(odd).toEqual([]);
});

test('the index lists every decision once, under its title, and says which are superseded', () => {
  const listed = [...read('README.md').matchAll(/^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| (decides|superseded by)/gm)];
  const index = listed.map(([, number = '', name = '', title = '', status = '']) => ({
    name,
    title: `# ${number}. ${title}`,
    status,
  }));
  const pages = names.map((name) => {
    const [title = '', , status = ''] = read(name).split('\n');
    return { name, title, status: status.includes('· superseded by') ? 'superseded by' : 'decides' };
  });
  const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);
  expect(index.toSorted(byName)).toEqual(pages.toSorted(byName));
});
