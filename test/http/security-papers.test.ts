import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { configTable, readConfig } from '../../config.ts';
import { sbom } from '../../dev/sbom.ts';
import { startApi } from '../fixtures/api.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const Components = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.object({
      name: z.string(),
      properties: z.array(z.object({ name: z.string() })).optional(),
      licenses: z
        .array(
          z.object({
            license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
            expression: z.string().optional(),
          }),
        )
        .optional(),
    }),
  ),
});
const USUAL = new Set(['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0']);

test('the SBOM names every installed package, and NOTICE each under an unusual licence', () => {
  const { components } = Components.parse(JSON.parse(sbom()));
  const names = new Set(components.map(({ name }) => name));
  for (const name of [...Object.keys(manifest.dependencies), 'react-aria-components']) expect(names.has(name)).toBe(true);
  const notice = read('NOTICE').split('\n');
  const shipped = components.filter(
    ({ properties = [] }) => !properties.some(({ name }) => name === 'cdx:npm:package:development'),
  );
  // One of several that may be chosen is enough, of several that all hold each counts.
  const usual = (written: string) =>
    written
      .replaceAll(/[()]/g, '')
      .split(' OR ')
      .some((choice) => choice.split(' AND ').every((each) => USUAL.has(each)));
  const unusual = shipped.filter(
    ({ licenses = [] }) =>
      licenses.length === 0 ||
      !licenses.every(({ license, expression }) => usual(expression ?? license?.id ?? license?.name ?? '')),
  );
  expect(unusual.map(({ name }) => name)).toContain('date-holidays');
  for (const { name } of unusual) expect({ name, noticed: notice.includes(name) }).toEqual({ name, noticed: true });
});

test('security.txt says where to report, until when and its place; without a contact it is away', async () => {
  await using api = await startApi({ securityContact: 'mailto:security@sms.example' });
  const { status, headers, text } = await api.call('GET', '/.well-known/security.txt');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=UTF-8']);
  const fields = new Map(
    text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  expect(fields.get('Contact')).toBe('mailto:security@sms.example');
  expect(fields.get('Canonical')).toBe('https://sms.example/.well-known/security.txt');
  const days = (Date.parse(fields.get('Expires') ?? '') - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(30);
  expect(days).toBeLessThan(365);
  await using silent = await startApi();
  expect((await silent.call('GET', '/.well-known/security.txt')).status).toBe(404);
});

test('each setting that an operator is told to make for security is one that a process reads', () => {
  const [, told = ''] = /## What an operator must do\n([\s\S]+?)\n## /.exec(read('docs/security.md')) ?? [];
  const named = [...told.matchAll(/`([A-Z][A-Z_]+)(?:=(\w+))?`/g)].map(([, name = '', value]) => ({ name, value }));
  expect(named.length).toBeGreaterThan(6);
  const known = configTable();
  for (const { name } of named) expect({ name, known: known.includes(`| \`${name}\` |`) }).toEqual({ name, known: true });
  const chosen = named.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  const basis = {
    DATABASE_URL: 'postgres://127.0.0.1/x',
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
    SECRETS_KEY: Buffer.alloc(32).toString('base64'),
  };
  expect(readConfig({ ...basis, ...Object.fromEntries(chosen) })).toMatchObject(Object.fromEntries(chosen));
});

/** Names of all tests, wherever they stand. */
function testNames(): Set<string> {
  const root = new URL('..', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  return new Set(
    files.flatMap((file) =>
      [...readFileSync(new URL(file, root), 'utf8').matchAll(/\btest(?:\.each\([^)]*\))?\(\s*(['"`])((?:(?!\1).)+)\1/g)].map(
        (found) => found[2] ?? '',
      ),
    ),
  );
}

test('the ASVS table has levels 1 and 2 once each; the met name a test there is, the rest why', () => {
  const rows = [...read('docs/security.md').matchAll(/^\| (\d+\.\d+\.\d+) \| ([12]) \| (met|not met|n\/a) \| (.+) \|$/gm)];
  const numbers = rows.map(([, number]) => number);
  expect([numbers.length, new Set(numbers).size]).toEqual([253, 253]);
  expect(rows.filter(([, , level]) => level === '1')).toHaveLength(70);
  const tests = testNames();
  for (const [, number, , verdict = '', why = ''] of rows) {
    const named = [...why.matchAll(/“([^”]+)”/g)].map((found) => found[1] ?? '');
    const missing = verdict === 'met' ? named.filter((name) => !tests.has(name)) : [];
    expect({ number, missing, says: why.length > 8, named: verdict !== 'met' || named.length > 0 }).toEqual({
      number,
      missing: [],
      says: true,
      named: true,
    });
  }
  expect(existsSync(new URL('../../SECURITY.md', import.meta.url))).toBe(true);
});
