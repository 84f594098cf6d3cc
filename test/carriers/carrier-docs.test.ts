import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { registry } from '../../carriers/registry.ts';

const docs = readFileSync(new URL('../../docs/carriers.md', import.meta.url), 'utf8');
const Example = z.object({ type: z.string(), settings: z.record(z.string(), z.unknown()) });
const Api = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

test('each kind of carrier has an example in its documentation, with settings that are taken', () => {
  const examples = [...docs.matchAll(/```json\n([^`]+)```/g)].flatMap(([, json = '']) => {
    const example = Example.safeParse(JSON.parse(json.replaceAll('…', 'something secret')));
    return example.success ? [example.data] : [];
  });
  expect(new Set(examples.map(({ type }) => type))).toEqual(new Set(Object.keys(registry)));
  for (const { type, settings } of examples) expect(registry[type]?.settings.safeParse(settings).error).toBeUndefined();
});

test('every route that the documentation of carriers names is one', () => {
  const { paths } = Api.parse(JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')));
  const named = [...docs.matchAll(/`(GET|POST|PATCH) (\/v1\/[^` ?]+)/g)];
  expect(named.length).toBeGreaterThan(8);
  for (const [, method = '', path = ''] of named) expect(Object.keys(paths[path] ?? {})).toContain(method.toLowerCase());
});
