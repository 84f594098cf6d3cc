import { numbered } from '../../database/sql.ts';
import { argumentsOf, rowOf, type Row } from './read-types.ts';
import { allModules, at, nameOf, nodesIn, ROOT, valuesOf, type Module, type Node } from './read-source.ts';

// Reads the product's statements out of its source: the text that each call runs, and the type it declares for the rows.

/** Functions that run a statement, and which argument it is. */
const RUNNERS = new Map([
  ['rows', 1],
  ['affected', 1],
  ['prepared', 2],
]);

export type Statement = {
  place: string;
  /** Undefined where it is put together of what only a run knows. */
  text: string | undefined;
  /** Undefined where none is declared, null where only the compiler knows. */
  row: Row | null | undefined;
  /** How many values may be passed, where that can be told. */
  values: number[] | undefined;
  named: boolean;
  /** Names that stand in the text or among the values, but not in both. */
  misnamed: string[];
};

/** By name or by number, and with which names of values, where they can be told. */
async function passedTo(of: Module, text: string, values: Node | undefined, known: Record<string, unknown>) {
  const { text: read, names } = numbered(text);
  if (names.length === 0) return { text, values: await countOf(of, values, known), named: false, misnamed: [] };
  const listed = values?.type === 'ObjectExpression' ? nodesIn(values['properties']) : [];
  const told = listed.length > 0 && listed.every(({ type }) => type === 'Property');
  const said = told || !values ? [] : await valuesOf(of, values, known).catch(() => []);
  const given = told ? [listed.map((each) => nameOf(at(each, 'key')))] : said.map(({ value }) => Object.keys(Object(value)));
  const misnamed = given.flatMap((keys) => [...new Set(keys).symmetricDifference(new Set(names))]);
  return { text: read, values: [names.length], named: true, misnamed };
}

/** How many values are passed: by those that are listed, or by what lists them. */
async function countOf(of: Module, values: Node | undefined, known: Record<string, unknown>): Promise<number[] | undefined> {
  if (!values) return [0];
  const listed = values.type === 'ArrayExpression' ? nodesIn(values['elements']) : [];
  if (values.type === 'ArrayExpression' && !listed.some(({ type }) => type === 'SpreadElement')) return [listed.length];
  const said = await valuesOf(of, values, known).catch(() => []);
  const counts = said.flatMap(({ value }) => (Array.isArray(value) ? [value.length] : []));
  return counts.length > 0 ? counts : undefined;
}

async function statementsOf(of: Module): Promise<Statement[]> {
  const calls = of.nodes.filter(
    (node) =>
      node.type === 'CallExpression' && of.imports.has(nameOf(at(node, 'callee'))) && RUNNERS.has(nameOf(at(node, 'callee'))),
  );
  const found = calls.map(async (call): Promise<Statement[]> => {
    const index = RUNNERS.get(nameOf(at(call, 'callee'))) ?? 1;
    const [text, values] = nodesIn(call['arguments']).slice(index);
    if (!text) return [];
    const [declared] = argumentsOf(call);
    const place = `${of.path.slice(ROOT.length)}:${of.source.slice(0, call.start).split('\n').length}`;
    const row = declared && (await rowOf(of, declared));
    const said = await valuesOf(of, text).catch(() => []);
    const unread = { place, row, text: undefined, values: undefined, named: false, misnamed: [] };
    const variants = said.map(async ({ value, known }): Promise<Statement> =>
      typeof value === 'string' ? { place, row, ...(await passedTo(of, value, values, known)) } : unread,
    );
    return said.length === 0 ? [unread] : Promise.all(variants);
  });
  return (await Promise.all(found)).flat();
}

/** Every statement that the product runs by database/sql.ts, in each form that it may have. */
export async function statements(): Promise<Statement[]> {
  const found: Statement[] = [];
  for (const of of await allModules()) found.push(...(await statementsOf(of)));
  return found;
}
