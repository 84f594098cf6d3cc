import { readdir, readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { parseSync } from 'vite';
import { z } from 'zod';

// Reads the product's statements out of its source: the text that each call runs, and the type it declares for the rows.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAYERS = ['database', 'activities', 'api', 'planning', 'cli'];
/** Functions that run a statement, and which argument it is. */
const RUNNERS = new Map([
  ['rows', 1],
  ['affected', 1],
  ['prepared', 2],
]);

type Node = { type: string; start: number; end: number } & Record<string, unknown>;
/** A type as it is written in some file. */
type Written = { of: Module; node: Node };
type Module = {
  path: string;
  source: string;
  program: Node;
  /** Values and types of its top, by name. */
  values: Map<string, Node>;
  types: Map<string, Node>;
  imports: Map<string, { from: string; name: string }>;
};
export type Kind = 'string' | 'number' | 'boolean' | 'Date' | 'Buffer' | 'array' | 'object' | 'null' | 'undefined';
/** What a column of a row may be; undefined where only the compiler knows. */
export type Row = Map<string, Set<Kind> | undefined>;
export type Statement = {
  place: string;
  /** Undefined where it is put together as it is run. */
  text: string | undefined;
  /** Undefined where none is declared, null where only the compiler knows. */
  row: Row | null | undefined;
  /** How many values are passed, where they are listed in place. */
  values: number | undefined;
};

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
const nodesIn = (value: unknown): Node[] => (Array.isArray(value) ? value : [value]).filter(isNode);
const at = (node: Node | undefined, ...path: string[]): Node | undefined =>
  path.reduce<Node | undefined>((found, key) => (found && isNode(found[key]) ? found[key] : undefined), node);
const nameOf = (node: Node | undefined): string => {
  const name = node?.['name'] ?? node?.['value'];
  return typeof name === 'string' ? name : '';
};

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) for (const child of nodesIn(value)) yield* walk(child);
}

const modules = new Map<string, Promise<Module>>();
const open = (path: string): Promise<Module> => {
  const known = modules.get(path) ?? read(path);
  modules.set(path, known);
  return known;
};

async function read(path: string): Promise<Module> {
  const source = await readFile(path, 'utf8');
  const program: unknown = parseSync(path, source).program;
  if (!isNode(program)) throw new Error(`${path} can't be read`);
  const made: Module = { path, source, program, values: new Map(), types: new Map(), imports: new Map() };
  for (const statement of nodesIn(program['body'])) {
    for (const each of nodesIn(statement['specifiers']))
      if (statement.type === 'ImportDeclaration')
        made.imports.set(nameOf(at(each, 'local')), {
          from: nameOf(at(statement, 'source')),
          name: nameOf(at(each, 'imported')),
        });
    const declared = at(statement, 'declaration') ?? statement;
    if (declared.type === 'TSTypeAliasDeclaration') made.types.set(nameOf(at(declared, 'id')), declared);
    if (declared.type === 'FunctionDeclaration') made.values.set(nameOf(at(declared, 'id')), declared);
    for (const each of nodesIn(declared['declarations'])) made.values.set(nameOf(at(each, 'id')), declared);
  }
  return made;
}

/** Names that an expression uses, without those of properties. */
function namesIn(node: Node): Set<string> {
  const names = new Set<string>();
  const look = (each: Node): void => {
    if (each.type === 'Identifier') names.add(nameOf(each));
    for (const [key, value] of Object.entries(each))
      if (!((key === 'property' || key === 'key') && each['computed'] !== true) && !key.startsWith('type'))
        for (const child of nodesIn(value)) look(child);
  };
  look(node);
  return names;
}

/** Constants of the functions around an expression, by name. */
const localsAt = (of: Module, { start, end }: Node): Map<string, Node> =>
  new Map(
    [...walk(of.program)]
      .filter((node) => node.type === 'BlockStatement' && node.start < start && node.end > end)
      .flatMap((block) => nodesIn(block['body']).filter((each) => each['kind'] === 'const' && each.end < start))
      .flatMap((each) => nodesIn(each['declarations']).map((one): [string, Node] => [nameOf(at(one, 'id')), each])),
  );

/** What an expression is, as far as the top of its module and constants around it say; throws where it needs to be run. */
async function valueOf(of: Module, expression: Node): Promise<unknown> {
  const needed = new Set<Node>();
  const locals = localsAt(of, expression);
  const given: Record<string, unknown> = {};
  const collect = async (node: Node): Promise<void> => {
    for (const name of namesIn(node)) {
      const [own, foreign] = [locals.get(name) ?? of.values.get(name), of.imports.get(name)];
      if (own && !needed.has(own)) {
        needed.add(own);
        await collect(own);
      } else if (foreign && !(name in given)) {
        const found: unknown = await import(
          foreign.from.startsWith('.') ? pathToFileURL(join(dirname(of.path), foreign.from)).href : foreign.from
        );
        given[name] = Object(found)[foreign.name];
      }
    }
  };
  await collect(expression);
  const text = (node: Node): string => of.source.slice(node.start, node.end);
  const body = [...needed]
    .toSorted((a, b) => a.start - b.start)
    .map(text)
    .join(';\n');
  const code = stripTypeScriptTypes(`(${Object.keys(given).join(', ')}) => { ${body};\nreturn (${text(expression)}); }`);
  return runInThisContext(code)(...Object.values(given));
}

async function aliasOf(of: Module, name: string): Promise<Written | undefined> {
  const own = at(of.types.get(name), 'typeAnnotation');
  if (own) return { of, node: own };
  const foreign = of.imports.get(name);
  return foreign?.from.startsWith('.') ? aliasOf(await open(join(dirname(of.path), foreign.from)), foreign.name) : undefined;
}

const argumentsOf = (node: Node): Node[] => nodesIn(at(node, 'typeArguments')?.['params']);
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
  const kinds = (name: string, property: unknown): Set<Kind> | undefined => {
    const { type, anyOf } = Described.parse(property);
    const found = (anyOf ?? [{ type }])
      .flatMap((each) => [each.type ?? ''])
      .flat()
      .map((type) => JSON_KINDS[type]);
    if (!required.includes(name)) found.push('undefined');
    return found.some((kind) => kind === undefined) ? undefined : new Set(found.flatMap((kind) => kind ?? []));
  };
  return new Map(Object.entries(properties).map(([name, property]) => [name, kinds(name, property)]));
}

/** The columns of a type. */
async function rowOf(of: Module, node: Node | undefined): Promise<Row | null> {
  if (node?.type === 'TSTypeLiteral') {
    const members = nodesIn(node['members']);
    if (members.some(({ type }) => type !== 'TSPropertySignature')) return null;
    const kinds = members.map(async (each): Promise<[string, Set<Kind> | undefined]> => [
      nameOf(at(each, 'key')),
      await kindsOf(of, at(each, 'typeAnnotation', 'typeAnnotation')),
    ]);
    return new Map(await Promise.all(kinds));
  }
  if (node?.type === 'TSIntersectionType') {
    const parts = await Promise.all(nodesIn(node['types']).map((each) => rowOf(of, each)));
    return parts.some((part) => part === null) ? null : new Map(parts.flatMap((part) => [...(part ?? [])]));
  }
  if (node?.type !== 'TSTypeReference') return null;
  const name = nameOf(at(node, 'typeName'));
  const [first, second] = argumentsOf(node);
  if (nameOf(at(node, 'typeName', 'right')) === 'infer') {
    const schema = at(first, 'exprName');
    const value = schema && (await valueOf(of, schema));
    return value instanceof z.ZodType ? rowOfSchema(value) : null;
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
  if (node.type === 'TSIndexedAccessType')
    return (await rowOf(of, at(node, 'objectType')))?.get(literalsIn(at(node, 'indexType'))[0] ?? '');
  if (node.type !== 'TSTypeReference') return undefined;
  const name = nameOf(at(node, 'typeName'));
  if (name === 'Date' || name === 'Buffer') return new Set([name]);
  if (name === 'Record') return new Set(['object']);
  const alias = await aliasOf(of, name);
  return alias ? kindsOf(alias.of, alias.node) : undefined;
}

async function statementsOf(of: Module): Promise<Statement[]> {
  const calls = [...walk(of.program)].filter((node) => node.type === 'CallExpression' && RUNNERS.has(nameOf(at(node, 'callee'))));
  const found = calls.map(async (call): Promise<Statement | null> => {
    const index = RUNNERS.get(nameOf(at(call, 'callee'))) ?? 1;
    const [text, values] = nodesIn(call['arguments']).slice(index);
    if (!text) return null;
    const said = await valueOf(of, text).catch(() => undefined);
    const line = of.source.slice(0, call.start).split('\n').length;
    const [declared] = argumentsOf(call);
    const listed = values?.type === 'ArrayExpression' ? nodesIn(values['elements']) : [];
    return {
      place: `${of.path.slice(ROOT.length)}:${line}`,
      text: typeof said === 'string' ? said : undefined,
      row: declared && (await rowOf(of, declared)),
      values:
        values && (values.type !== 'ArrayExpression' || listed.some(({ type }) => type === 'SpreadElement'))
          ? undefined
          : listed.length,
    };
  });
  return (await Promise.all(found)).filter((each) => each !== null);
}

/** Every statement that the product runs by database/sql.ts. */
export async function statements(): Promise<Statement[]> {
  const paths = LAYERS.map(async (layer) =>
    (await readdir(join(ROOT, layer), { recursive: true }))
      .filter((path) => path.endsWith('.ts') && !path.startsWith('migrations') && path !== 'sql.ts')
      .map((path) => join(ROOT, layer, path)),
  );
  const found: Statement[] = [];
  for (const path of (await Promise.all(paths)).flat().toSorted()) found.push(...(await statementsOf(await open(path))));
  return found;
}
