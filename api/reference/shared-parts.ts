import { STATUS_CODES } from 'node:http';
import { isRecord, list, mapValues, record, text, type Json } from './json.ts';

type Kind = 'parameters' | 'responses';
/** `name` is empty for parts that stay inline. */
type Visit = (kind: Kind, name: string, part: unknown) => unknown;

const pascal = (words: string): string =>
  words.replace(/(?:^|[^A-Za-z]+)([A-Za-z]?)/g, (_, first: string) => first.toUpperCase());

/** Refusals are named by status, other answers by schema. */
function answerName(status: string, part: unknown): string {
  const content = record(record(part)['content']);
  if ('application/problem+json' in content) return pascal(STATUS_CODES[status] ?? '');
  const ref = text(record(record(content['application/json'])['schema'])['$ref']);
  return ref.split('/').at(-1) ?? '';
}

function mapParts(operation: Json, visit: Visit): Json {
  const parameters = list(operation['parameters']).map((part) => visit('parameters', pascal(text(record(part)['name'])), part));
  const responses = mapValues(record(operation['responses']), (part, status) =>
    visit('responses', answerName(status, part), part),
  );
  return { ...operation, ...(parameters.length > 0 ? { parameters } : {}), responses };
}

/**
 * Turns parameters and answers used repeatedly into components; of several with one name the most frequent, the others stay
 * inline.
 */
export function shareParts(paths: Json): { paths: Json } & Record<Kind, Json> {
  const mapped = (visit: Visit): Json =>
    mapValues(paths, (methods) => mapValues(record(methods), (operation) => mapParts(record(operation), visit)));

  const written = new Map<string, { kind: Kind; name: string; part: unknown; times: number }>();
  mapped((kind, name, part) => {
    const key = JSON.stringify([kind, name, part]);
    const before = written.get(key);
    if (name !== '') written.set(key, { kind, name, part, times: (before?.times ?? 0) + 1 });
    return part;
  });

  const shared: Record<Kind, Json> = { parameters: {}, responses: {} };
  const often = [...written.values()].filter(({ times }) => times > 1).toSorted((a, b) => b.times - a.times);
  for (const { kind, name, part } of often) shared[kind][name] ??= part;

  const referred = mapped((kind, name, part) =>
    name !== '' && JSON.stringify(shared[kind][name]) === JSON.stringify(part) ? { $ref: `#/components/${kind}/${name}` } : part,
  );
  return { paths: referred, ...shared };
}

/** The generator writes a nullable reference as `allOf` with null, which nothing matches; this makes it `anyOf`. */
export function allowNull(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(allowNull);
  if (!isRecord(node)) return node;
  const [schema, own] = list(node['allOf']).map(record);
  if (schema?.['$ref'] && own && list(own['type']).includes('null') && !own['properties']) {
    const said = Object.entries(own).filter(([key]) => key !== 'type');
    return { anyOf: [schema, { type: 'null' }], ...Object.fromEntries(said) };
  }
  return mapValues(node, allowNull);
}
