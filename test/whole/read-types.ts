import { dirname, join } from 'node:path';
import { z } from 'zod';
import { at, nameOf, nodesIn, open, valueOf, walk, type Module, type Node } from './read-source.ts';

// Reads the type that the source declares for the rows of a statement.

export type Kind = 'string' | 'number' | 'boolean' | 'Date' | 'Buffer' | 'array' | 'object' | 'null' | 'undefined';
/** The kinds that a column may have; undefined: any. Under `*`: each that is not named. */
export type Row = Map<string, Set<Kind> | undefined>;

async function aliasOf(of: Module, name: string): Promise<{ of: Module; node: Node } | undefined> {
  const own = at(of.types.get(name), 'typeAnnotation');
  if (own) return { of, node: own };
  const foreign = of.imports.get(name);
  return foreign?.from.startsWith('.') ? aliasOf(await open(join(dirname(of.path), foreign.from)), foreign.name) : undefined;
}

export const argumentsOf = (node: Node): Node[] => nodesIn(at(node, 'typeArguments')?.['params']);
const literalsIn = (node: Node | undefined): string[] =>
  node ? [...walk(node)].filter(({ type }) => type === 'Literal').map((each) => String(each['value'])) : [];

const JSON_KINDS: Record<string, Kind> = {
  integer: 'number',
  number: 'number',
  string: 'string',
  boolean: 'boolean',
  null: 'null',
  array: 'array',
  object: 'object',
};
const Typed = z.object({ type: z.union([z.string(), z.array(z.string())]).optional() });
const Described = Typed.extend({ anyOf: z.array(Typed).optional() });

/** The columns of a type that a schema infers. */
function rowOfSchema(schema: z.ZodType): Row | null {
  const { properties, required = [] } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  if (!properties) return null;
  const kinds = (name: string, property: unknown): Set<Kind> | undefined =>
    kindsOfSchema(property)?.union(new Set<Kind>(required.includes(name) ? [] : ['undefined']));
  return new Map(Object.entries(properties).map(([name, property]) => [name, kinds(name, property)]));
}

function kindsOfSchema(property: unknown): Set<Kind> | undefined {
  const { type, anyOf } = Described.parse(property);
  const found = (anyOf ?? [{ type }]).flatMap((each) => each.type ?? '').map((each) => JSON_KINDS[each]);
  return found.some((kind) => kind === undefined) ? undefined : new Set(found.flatMap((kind) => kind ?? []));
}

/** The schema of `z.infer<typeof SCHEMA>`. */
async function schemaOf(of: Module, node: Node): Promise<z.ZodType | undefined> {
  if (nameOf(at(node, 'typeName', 'right')) !== 'infer') return undefined;
  const schema = at(argumentsOf(node)[0], 'exprName');
  const value = schema && (await valueOf(of, schema));
  return value instanceof z.ZodType ? value : undefined;
}

/** The type of one member of another. */
async function memberOf(of: Module, node: Node): Promise<{ of: Module; node: Node } | undefined> {
  const whole = at(node, 'objectType');
  const alias = whole?.type === 'TSTypeReference' ? await aliasOf(of, nameOf(at(whole, 'typeName'))) : undefined;
  // Of a type that is made for each member of another, all are alike.
  if (whole?.type === 'TSMappedType') return { of, node: at(whole, 'typeAnnotation') ?? whole };
  const [name] = literalsIn(at(node, 'indexType'));
  const member = [alias?.node, ...nodesIn(alias?.node['types'])]
    .flatMap((part) => nodesIn(part?.['members']))
    .find((each) => nameOf(at(each, 'key')) === name);
  const type = at(member, 'typeAnnotation', 'typeAnnotation');
  return alias && type && { of: alias.of, node: type };
}

/** The names that a type of texts allows; null where it is any text. */
async function textsOf(of: Module, node: Node | undefined): Promise<string[] | null> {
  if (node?.type === 'TSStringKeyword') return null;
  if (node?.type === 'TSLiteralType') return literalsIn(node);
  if (node?.type === 'TSUnionType') {
    const parts = await Promise.all(nodesIn(node['types']).map((each) => textsOf(of, each)));
    return parts.some((part) => part === null) ? null : parts.flatMap((part) => part ?? []);
  }
  const list = at(node, 'objectType', 'typeAnnotation') ?? at(node, 'objectType');
  if (node?.type === 'TSIndexedAccessType' && list?.type === 'TSTypeQuery') {
    const value = await valueOf(of, at(list, 'exprName') ?? list);
    return Array.isArray(value) ? value.map(String) : null;
  }
  if (node?.type !== 'TSTypeReference') return null;
  const alias = await aliasOf(of, nameOf(at(node, 'typeName')));
  return alias ? textsOf(alias.of, alias.node) : null;
}

/** The columns of a type. */
export async function rowOf(of: Module, node: Node | undefined): Promise<Row | null> {
  if (node?.type === 'TSTypeLiteral') {
    const members = nodesIn(node['members']);
    const kinds = members.map(async (each): Promise<[string, Set<Kind> | undefined]> => [
      each.type === 'TSPropertySignature' ? nameOf(at(each, 'key')) : '*',
      await kindsOf(of, at(each, 'typeAnnotation', 'typeAnnotation')),
    ]);
    return new Map(await Promise.all(kinds));
  }
  if (node?.type === 'TSIntersectionType') {
    const parts = await Promise.all(nodesIn(node['types']).map((each) => rowOf(of, each)));
    return parts.some((part) => part === null) ? null : new Map(parts.flatMap((part) => [...(part ?? [])]));
  }
  if (node?.type === 'TSIndexedAccessType') {
    const member = await memberOf(of, node);
    return member ? rowOf(member.of, member.node) : null;
  }
  if (node?.type !== 'TSTypeReference') return null;
  const name = nameOf(at(node, 'typeName'));
  const [first, second] = argumentsOf(node);
  const schema = await schemaOf(of, node);
  if (schema) return rowOfSchema(schema);
  if (name === 'Record') {
    const kinds = await kindsOf(of, second);
    return new Map(((await textsOf(of, first)) ?? ['*']).map((key) => [key, kinds]));
  }
  if (name === 'Partial') {
    const whole = await rowOf(of, first);
    return whole && new Map([...whole].map(([key, kinds]) => [key, kinds?.union(new Set<Kind>(['undefined']))]));
  }
  if (name === 'Pick' || name === 'Omit') {
    const whole = await rowOf(of, first);
    const keys = new Set(literalsIn(second));
    return whole && second && keys.size > 0 ? new Map([...whole].filter(([key]) => keys.has(key) === (name === 'Pick'))) : null;
  }
  const alias = await aliasOf(of, name);
  return alias ? rowOf(alias.of, alias.node) : null;
}

const KINDS: Record<string, Kind> = {
  TSStringKeyword: 'string',
  TSTemplateLiteralType: 'string',
  TSNumberKeyword: 'number',
  TSBooleanKeyword: 'boolean',
  TSNullKeyword: 'null',
  TSArrayType: 'array',
  TSTupleType: 'array',
  TSTypeLiteral: 'object',
};

async function kindsOf(of: Module, node: Node | undefined): Promise<Set<Kind> | undefined> {
  if (!node) return undefined;
  const plain = KINDS[node.type];
  if (plain) return new Set([plain]);
  if (node.type === 'TSParenthesizedType' || node.type === 'TSTypeOperator') return kindsOf(of, at(node, 'typeAnnotation'));
  if (node.type === 'TSLiteralType') {
    const kind = typeof at(node, 'literal')?.['value'];
    return kind === 'string' || kind === 'number' || kind === 'boolean' ? new Set([kind]) : undefined;
  }
  if (node.type === 'TSUnionType') {
    const parts = await Promise.all(nodesIn(node['types']).map((each) => kindsOf(of, each)));
    return parts.some((part) => part === undefined) ? undefined : new Set(parts.flatMap((part) => [...(part ?? [])]));
  }
  if (node.type === 'TSIndexedAccessType') {
    if (await textsOf(of, node)) return new Set(['string']);
    return (await rowOf(of, at(node, 'objectType')))?.get(literalsIn(at(node, 'indexType'))[0] ?? '');
  }
  if (node.type !== 'TSTypeReference') return undefined;
  const name = nameOf(at(node, 'typeName'));
  if (name === 'Date' || name === 'Buffer') return new Set([name]);
  if (name === 'Uint8Array') return new Set(['Buffer']);
  if (name === 'Record') return new Set(['object']);
  const schema = await schemaOf(of, node);
  if (schema) return kindsOfSchema(z.toJSONSchema(schema, { unrepresentable: 'any' }));
  if (name === 'Exclude' || name === 'NonNullable') return kindsOf(of, argumentsOf(node)[0]);
  const alias = await aliasOf(of, name);
  return alias ? kindsOf(alias.of, alias.node) : undefined;
}
