import { isRecord, list, record, resolved, text, type Json } from '../../api/reference/json.ts';

const EVERY_TYPE = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

/** A JSON schema with its references, `allOf` and nulls worked out: what two versions can be compared by. */
export type Shape = {
  /** Of the component it is, if it is one. */
  name: string;
  types: string[];
  /** Each value that is allowed, as JSON, but for null; empty: any. */
  values: string[];
  fields: Json;
  required: string[];
  /** Whether fields it does not name are refused. */
  closed: boolean;
  items: unknown;
  /** What a record holds under any key. */
  others: unknown;
  /** One of them it is, where there are any. */
  options: unknown[];
  limits: Json;
};

const LIMITS = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'pattern', 'format'];

/** All of both. */
const merge = (a: Shape, b: Shape): Shape => ({
  name: a.name || b.name,
  types: a.types.filter((type) => b.types.includes(type)),
  values: a.values.length > 0 ? a.values : b.values,
  fields: { ...a.fields, ...b.fields },
  required: [...a.required, ...b.required],
  closed: a.closed || b.closed,
  items: a.items ?? b.items,
  others: a.others ?? b.others,
  options: [...a.options, ...b.options],
  limits: { ...a.limits, ...b.limits },
});

export function shapeOf(document: Json, given: unknown): Shape {
  const schema = record(given);
  const ref = text(schema['$ref']);
  const kinds = [schema['type'] ?? EVERY_TYPE].flat().map(text);
  const either = [...list(schema['anyOf']), ...list(schema['oneOf'])];
  const options = either.filter((option) => record(option)['type'] !== 'null');
  const own: Shape = {
    name: ref.split('/').at(-1) ?? '',
    types: kinds.includes('number') ? [...kinds, 'integer'] : kinds,
    values: list(schema['enum']).flatMap((value) => (value === null ? [] : [JSON.stringify(value)])),
    fields: record(schema['properties']),
    required: list(schema['required']).map(text),
    closed: schema['additionalProperties'] === false,
    items: schema['items'],
    others: isRecord(schema['additionalProperties']) ? schema['additionalProperties'] : undefined,
    options: options.length > 1 ? options : [],
    limits: Object.fromEntries(Object.entries(schema).filter(([key]) => LIMITS.includes(key))),
  };
  const parts = [
    ...(ref === '' ? [] : [resolved(document['components'], schema)]),
    ...list(schema['allOf']),
    ...(options.length === 1 ? options : []),
  ];
  const whole = parts.reduce<Shape>((shape, part) => merge(shape, shapeOf(document, part)), own);
  if (either.length === 0) return whole;
  const types = whole.types.filter((type) => type !== 'null');
  return { ...whole, types: options.length < either.length ? [...types, 'null'] : types };
}
