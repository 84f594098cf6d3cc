import { readdir, readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { parseSync } from 'vite';
import { SAMPLES } from './statement-samples.ts';

// Works out what an expression of the product's source is, without running the functions around it.

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAYERS = ['database', 'activities', 'api', 'planning', 'cli'];

export type Node = { type: string; start: number; end: number } & Record<string, unknown>;
export type Module = {
  path: string;
  source: string;
  nodes: Node[];
  /** Values and types of its top, by name. */
  values: Map<string, Node>;
  types: Map<string, Node>;
  imports: Map<string, { from: string; name: string }>;
};
/** Names that only a caller knows, and what they stand for. */
export type Known = Record<string, unknown>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
export const nodesIn = (value: unknown): Node[] => (Array.isArray(value) ? value : [value]).filter(isNode);
export const at = (node: Node | undefined, ...path: string[]): Node | undefined =>
  path.reduce<Node | undefined>((found, key) => (found && isNode(found[key]) ? found[key] : undefined), node);
export const nameOf = (node: Node | undefined): string => {
  const name = node?.['name'] ?? node?.['value'];
  return typeof name === 'string' ? name : '';
};

export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) for (const child of nodesIn(value)) yield* walk(child);
}

const modules = new Map<string, Promise<Module>>();
export const open = (path: string): Promise<Module> => {
  const known = modules.get(path) ?? read(path);
  modules.set(path, known);
  return known;
};

async function read(path: string): Promise<Module> {
  const source = await readFile(path, 'utf8');
  const program: unknown = parseSync(path, source).program;
  if (!isNode(program)) throw new Error(`${path} can't be read`);
  const made: Module = { path, source, nodes: [...walk(program)], values: new Map(), types: new Map(), imports: new Map() };
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

let all: Promise<Module[]> | undefined;
/** The files that hold statements. */
export const allModules = (): Promise<Module[]> => (all ??= readAll());

async function readAll(): Promise<Module[]> {
  const paths = LAYERS.map(async (layer) =>
    (await readdir(join(ROOT, layer), { recursive: true }))
      .filter((path) => path.endsWith('.ts') && !path.startsWith('migrations') && path !== 'sql.ts')
      .map((path) => join(ROOT, layer, path)),
  );
  return Promise.all((await Promise.all(paths)).flat().toSorted().map(open));
}

const isFunction = ({ type }: Node): boolean =>
  type === 'ArrowFunctionExpression' || /^Function(Expression|Declaration)$/.test(type);
/** Names that a pattern declares. */
const declaredBy = (pattern: Node): string[] => {
  if (pattern.type === 'Identifier') return [nameOf(pattern)];
  const inner = [at(pattern, 'left'), at(pattern, 'argument'), pattern.type === 'Property' ? at(pattern, 'value') : undefined];
  return [...inner, ...nodesIn(pattern['properties']), ...nodesIn(pattern['elements'])].flatMap((each) =>
    each ? declaredBy(each) : [],
  );
};
const declaratorsIn = (node: Node): Node[] => [...walk(node)].filter(({ type }) => type === 'VariableDeclarator');

/** Names that an expression uses, without those of properties and of the functions in it. */
function namesIn(node: Node): Set<string> {
  const own = isFunction(node)
    ? [...nodesIn(node['params']), ...declaratorsIn(node).flatMap((each) => at(each, 'id') ?? [])].flatMap(declaredBy)
    : [];
  const names = new Set(node.type === 'Identifier' ? [nameOf(node)] : []);
  for (const [key, value] of Object.entries(node))
    if (!((key === 'property' || key === 'key') && node['computed'] !== true) && !key.startsWith('type'))
      for (const child of nodesIn(value)) for (const name of namesIn(child)) names.add(name);
  return names.difference(new Set(own));
}

const around = (of: Module, { start, end }: Node, types: RegExp): Node[] =>
  of.nodes.filter((node) => types.test(node.type) && node.start < start && node.end > end);

/** Constants of the functions around an expression, by name. */
const localsAt = (of: Module, expression: Node): Map<string, Node> =>
  new Map(
    around(of, expression, /^BlockStatement$/)
      .flatMap((block) => nodesIn(block['body']).filter((each) => each['kind'] === 'const' && each.end < expression.start))
      .flatMap((each) =>
        declaratorsIn(each).flatMap((one) => declaredBy(at(one, 'id') ?? one).map((name) => [name, each] as const)),
      ),
  );

/** The names that a function or a loop around an expression binds, each with all values it may have. */
type Binder = { names: string[]; values: () => Promise<Known[]> };

const textOf = (of: Module, node: Node): string => of.source.slice(node.start, node.end);
const plain = (code: string): string => stripTypeScriptTypes(code);
/** Takes a value apart by a pattern. */
const take = (of: Module, pattern: Node, value: unknown): Known =>
  Object(runInThisContext(plain(`((${textOf(of, pattern)}) => ({ ${declaredBy(pattern).join(', ')} }))`))(value));

const eachOf = async (of: Module, list: Node, pattern: Node, depth: number): Promise<Known[]> =>
  (await valuesOf(of, list, {}, depth + 1)).flatMap(({ value }) =>
    Array.isArray(value) ? value.map((one: unknown) => take(of, pattern, one)) : [],
  );

/** The calls of a function that is declared in that module, wherever they are. */
async function callsOf(of: Module, name: string): Promise<{ from: Module; call: Node }[]> {
  const found = (await allModules()).map((from) => {
    if (!from.source.includes(name)) return [];
    const [known] = [...from.imports].filter(
      ([, each]) => each.name === name && each.from.startsWith('.') && join(dirname(from.path), each.from) === of.path,
    );
    const local = from === of ? name : known?.[0];
    const calls = from.nodes.filter(({ type }) => type === 'CallExpression');
    return calls.filter((call) => local !== undefined && nameOf(at(call, 'callee')) === local).map((call) => ({ from, call }));
  });
  return found.flat();
}

/** The arguments that callers pass for the parameters that matter, call by call. */
async function passed(of: Module, name: string, parameters: { pattern: Node; index: number }[], depth: number): Promise<Known[]> {
  const sets: Known[] = [];
  for (const { from, call } of await callsOf(of, name)) {
    let combined: Known[] = [{}];
    for (const { pattern, index } of parameters) {
      const given = nodesIn(call['arguments']);
      const rest = at(pattern, 'argument');
      const choices = rest
        ? [
            Object.fromEntries([
              [nameOf(rest), await Promise.all(given.slice(index).map((each) => valueOf(from, each, depth + 1)))],
            ]),
          ]
        : given[index]
          ? (await valuesOf(from, given[index], {}, depth + 1)).map(({ value }) => take(of, pattern, value))
          : [take(of, pattern, undefined)];
      combined = combined.flatMap((set) => choices.map((choice) => ({ ...set, ...choice })));
    }
    sets.push(...combined);
  }
  return sets;
}

function bindersAt(of: Module, expression: Node, wanted: Set<string>, depth: number): Binder[] {
  const loops = around(of, expression, /^ForOfStatement$/).flatMap((loop): Binder[] => {
    const [pattern, list] = [declaratorsIn(at(loop, 'left') ?? loop)[0]?.['id'], at(loop, 'right')];
    return isNode(pattern) && list ? [{ names: declaredBy(pattern), values: () => eachOf(of, list, pattern, depth) }] : [];
  });
  const functions = around(of, expression, /Function/).flatMap((node): Binder[] => {
    const parameters = nodesIn(node['params'])
      .map((pattern, index) => ({ pattern, index }))
      .filter(({ pattern }) => declaredBy(pattern).some((name) => wanted.has(name)));
    const names = parameters.flatMap(({ pattern }) => declaredBy(pattern));
    const [holder] = of.nodes.filter((each) => each['init'] === node || nodesIn(each['arguments']).includes(node));
    const name = nameOf(at(node, 'id') ?? at(holder, 'id'));
    const list = at(holder, 'callee', 'object');
    if (parameters[0] && list && /^(map|flatMap|forEach)$/.test(nameOf(at(holder, 'callee', 'property')))) {
      const [{ pattern }] = [parameters[0]];
      return [{ names, values: () => eachOf(of, list, pattern, depth) }];
    }
    return name === '' ? [] : [{ names, values: () => passed(of, name, parameters, depth) }];
  });
  return [...functions, ...loops].toReversed();
}

const samplesOf = (of: Module): Known[] => SAMPLES[of.path.slice(ROOT.length)] ?? [];

type Needed = { declarations: Set<Node>; given: Known; open: Set<string> };

/** The parts of an expression: constants of its module and around it, imports, and names that only a caller knows. */
async function neededBy(of: Module, expression: Node, known: Known): Promise<Needed> {
  const locals = localsAt(of, expression);
  const bound = new Set(
    around(of, expression, /Function|^ForOfStatement$/).flatMap((node) =>
      [
        ...nodesIn(node['params']),
        ...nodesIn(at(node, 'left')?.['declarations']).flatMap((each) => at(each, 'id') ?? []),
      ].flatMap(declaredBy),
    ),
  );
  const sampled = new Set(samplesOf(of).flatMap(Object.keys));
  const needed: Needed = { declarations: new Set(), given: {}, open: new Set() };
  const collect = async (node: Node): Promise<void> => {
    for (const name of namesIn(node)) {
      if (name in needed.given) continue;
      const [own, foreign] = [locals.get(name) ?? of.values.get(name), of.imports.get(name)];
      if (name in known) needed.given[name] = known[name];
      else if (sampled.has(name) || (bound.has(name) && !locals.has(name))) needed.open.add(name);
      else if (own && !needed.declarations.has(own)) {
        needed.declarations.add(own);
        await collect(own);
      } else if (!own && foreign) {
        const from = foreign.from.startsWith('.') ? pathToFileURL(join(dirname(of.path), foreign.from)).href : foreign.from;
        const found: unknown = await import(from);
        needed.given[name] = Object(found)[foreign.name];
      }
    }
  };
  await collect(expression);
  return needed;
}

/** So many callers of callers are asked. */
const DEEPEST = 6;

/** All that an expression may be, by what callers and loops around it make of its names; throws where it needs to be run. */
export async function valuesOf(
  of: Module,
  expression: Node,
  known: Known = {},
  depth = 0,
): Promise<{ value: unknown; known: Known }[]> {
  if (depth > DEEPEST) throw new Error(`${of.path} has a name that its callers pass on for ever`);
  const { declarations, given, open: wanted } = await neededBy(of, expression, known);
  const samples = samplesOf(of).filter((set) => [...wanted].some((name) => name in set));
  const binder = bindersAt(of, expression, wanted, depth).find(({ names }) => names.some((name) => wanted.has(name)));
  const sets = samples.length > 0 ? samples : await binder?.values();
  if (sets) return (await Promise.all(sets.map((set) => valuesOf(of, expression, { ...known, ...set }, depth + 1)))).flat();
  const isLocal = new Set(localsAt(of, expression).values());
  const body = [...declarations]
    .toSorted((a, b) => Number(isLocal.has(a)) - Number(isLocal.has(b)) || a.start - b.start)
    .map((node) => textOf(of, node));
  const code = `(${Object.keys(given).join(', ')}) => { ${body.join(';\n')};\nreturn (${textOf(of, expression)}); }`;
  return [{ value: runInThisContext(plain(code))(...Object.values(given)), known }];
}

export async function valueOf(of: Module, expression: Node, depth = 0): Promise<unknown> {
  const [first] = await valuesOf(of, expression, {}, depth);
  return first?.value;
}
