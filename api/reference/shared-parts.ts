import { STATUS_CODES } from 'node:http';
import { isRecord, list, mapValues, record, text, type Json } from './json.ts';

type Kind = 'parameters' | 'responses';
/** `name` is empty where there is none that speaks. */
type Visit = (kind: Kind, name: string, part: unknown) => unknown;

const pascal = (words: string): string =>
  words.replace(/(?:^|[^A-Za-z]+)([A-Za-z]?)/g, (_, first: string) => first.toUpperCase());

/** A refusal is named by its status, any other answer by its schema. */
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
 * Writes each parameter and answer that operations share once, as a component.
 * Of several with one name, the one written most often is the component; the others stay in their operations.
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

/** The generator writes a nullable reference as `allOf` of the schema and of null, which nothing is; here it is either. */
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
