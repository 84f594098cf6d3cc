import { expect, test } from 'vitest';
import { breakingChanges } from './breaking-changes.ts';

const COLOUR = { type: 'string', enum: ['red', 'blue'] };
const NEW = { type: 'object', properties: { name: { type: 'string', maxLength: 9 }, colour: COLOUR }, required: ['name'] };
const VIEW = {
  type: 'object',
  properties: { id: { type: 'string' }, of: { $ref: '#/components/schemas/View' } },
  required: ['id'],
};
const QUERY = { in: 'query', name: 'limit', schema: { type: 'integer' } };
const json = (schema: object) => ({ content: { 'application/json': { schema } } });

/** A document of one operation; what is given takes the place of what it has. */
function contract({
  sent = NEW,
  answered = VIEW,
  path = '/things',
  id = 'make',
  ...operation
}: Record<string, unknown> & { sent?: object; answered?: object; path?: string; id?: string } = {}) {
  const answer = { 201: json({ $ref: '#/components/schemas/View' }), 400: { description: 'Refused' } };
  const post = { operationId: id, parameters: [QUERY], requestBody: json(sent), responses: answer, ...operation };
  return { paths: { [path]: { post } }, components: { schemas: { View: answered } } };
}
const broken = (change: Parameters<typeof contract>[0], before: Parameters<typeof contract>[0] = {}) =>
  breakingChanges(contract(before), contract(change));

const { id, of } = VIEW.properties;
const { name } = NEW.properties;
const nullable = { anyOf: [{ $ref: '#/components/schemas/View' }, { type: 'null' }] };
const both = { allOf: [{ $ref: '#/components/schemas/View' }, { type: ['object', 'null'] }] };
const either = (...kinds: object[]) => ({ oneOf: kinds });

test.each([
  ['a path', broken({ path: '/others' }), ['POST /things is gone']],
  ['an operation’s name', broken({ id: 'create' }), ['POST /things has another operationId']],
  ['a parameter', broken({ parameters: [] }), ['POST /things: query limit is gone']],
  [
    'a parameter that must be sent',
    broken({ parameters: [QUERY, { ...QUERY, name: 'cursor', required: true }] }),
    ['POST /things: query cursor must now be sent'],
  ],
  ['a code', broken({ responses: { 201: json(VIEW) } }), ['POST /things: 400 is gone']],
  [
    'a body that must be sent',
    broken({ requestBody: { ...json(NEW), required: true } }),
    ['POST /things: a body must now be sent'],
  ],
  ['a property', broken({ answered: { ...VIEW, properties: { id } } }), ['View (answered).of is gone']],
  [
    'a property that may be left out',
    broken({ answered: { ...VIEW, required: [] } }),
    ['View (answered).id may now be left out'],
  ],
  [
    'another type',
    broken({ answered: { ...VIEW, properties: { of, id: { type: 'integer' } } } }),
    ['View (answered).id may now be integer'],
  ],
  ['a null', broken({ answered: { ...VIEW, properties: { id, of: nullable } } }), ['View (answered).of may now be null']],
  [
    'a field that must be sent',
    broken({ sent: { ...NEW, properties: { ...NEW.properties, size: { type: 'integer' } }, required: ['name', 'size'] } }),
    ['POST /things.size must now be sent'],
  ],
  ['a field that is not taken', broken({ sent: { ...NEW, properties: { name } } }), ['POST /things.colour is gone']],
  [
    'a narrower enum',
    broken({ sent: { ...NEW, properties: { name, colour: { type: 'string', enum: ['red', 'green'] } } } }),
    ['POST /things.colour no longer takes "blue"'],
  ],
  [
    'a tighter limit',
    broken({ sent: { ...NEW, properties: { ...NEW.properties, name: { type: 'string', maxLength: 8, pattern: 'a' } } } }),
    ['POST /things.name: maxLength is now 8', 'POST /things.name: pattern is now a'],
  ],
  ['a closed body', broken({ sent: { ...NEW, additionalProperties: false } }), ['POST /things no longer takes further fields']],
  [
    'a variant',
    broken({ sent: either(NEW, COLOUR) }, { sent: either(NEW, COLOUR, { type: 'array', items: NEW }) }),
    ['POST /things: a variant is gone or has changed'],
  ],
])('%s that programs relied on is found', (_, found, told) => {
  expect(found.toSorted()).toEqual(told.toSorted());
});

test('additions, wider limits and the same thing written otherwise break nothing', () => {
  const further = { ...VIEW, properties: { ...VIEW.properties, colour: { type: 'string', enum: ['red', 'blue', 'green'] } } };
  expect(
    broken({ answered: further }, { answered: { ...further, properties: { ...further.properties, colour: COLOUR } } }),
  ).toEqual([]);
  expect(
    broken({
      sent: {
        ...NEW,
        properties: {
          ...further.properties,
          name: { type: ['string', 'null'], maxLength: 10 },
          colour: further.properties.colour,
        },
      },
    }),
  ).toEqual([]);
  expect(broken({ answered: { ...VIEW, properties: { id, of: both } } })).toEqual([]);
  expect(broken({ responses: { ...contract().paths['/things']?.post.responses, 409: { description: 'Conflict' } } })).toEqual([]);
  expect(
    broken({ sent: either(NEW, { type: 'array', items: NEW }) }, { sent: either(NEW, { type: 'array', items: NEW }) }),
  ).toEqual([]);
  const shared = { ...contract({ parameters: [{ $ref: '#/components/parameters/Limit' }] }) };
  const components = { ...shared.components, parameters: { Limit: QUERY } };
  expect(breakingChanges(contract(), { ...shared, components })).toEqual([]);
});
