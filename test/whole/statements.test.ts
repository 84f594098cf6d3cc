import { Client, type Connection, type FieldDef, type Submittable } from 'pg';
import { expect, test } from 'vitest';
import { scratchDatabase } from '../fixtures/database.ts';
import { statements, type Kind, type Row, type Statement } from './read-statements.ts';

/** The share of row types that nothing compares. */
const MOST_UNCHECKED = 0.13;

type Described = { parameters: number; fields: FieldDef[] };

/** Has PostgreSQL plan a statement without running it: its parameters and columns, or why it refuses. */
function describe(client: Client, text: string): Promise<Described> {
  const { promise, resolve, reject } = Promise.withResolvers<Described>();
  const described: Described = { parameters: 0, fields: [] };
  const question: Submittable & Record<string, unknown> = {
    submit(connection: Connection) {
      connection.once(
        'parameterDescription',
        ({ parameterCount }: { parameterCount: number }) => (described.parameters = parameterCount),
      );
      connection.parse({ name: '', text, types: [] }, true);
      connection.describe({ type: 'S', name: '' }, true);
      connection.sync();
    },
    handleRowDescription: ({ fields }: { fields: FieldDef[] }) => (described.fields = fields),
    handleError: reject,
    handleReadyForQuery: () => resolve(described),
  };
  client.query(question);
  return promise;
}

/** By PostgreSQL's number of a type; json is whatever was stored. */
const KINDS: Record<number, Kind | 'json'> = {
  16: 'boolean',
  17: 'Buffer',
  20: 'string',
  21: 'number',
  23: 'number',
  25: 'string',
  114: 'json',
  700: 'number',
  701: 'number',
  1043: 'string',
  1114: 'Date',
  1184: 'Date',
  1700: 'string',
  2950: 'string',
  3802: 'json',
};

/** What is never null though its column may be, and why. */
const HELD = new Map([
  ['activities/replies/complete-replies.ts reply_id', 'it is what the statement has just stored'],
  ['api/replies/reply-attribution.ts submitted_at', 'what a reply may answer has gone out'],
  ['database/sending/spend-limits.ts by', 'what is held is held by one of the two'],
]);

/** Whether a condition on it leaves no null. */
const isHeld = (text: string, name: string): boolean =>
  new RegExp(`\\b"?${name}"?\\s*(is not null|=|<|>|in \\(|between)|[=<>] *(\\w+\\.)?${name}\\b|using \\([^)]*\\b${name}\\b`).test(
    text,
  );

/** Compares statements with what PostgreSQL says of them, on a migrated database. */
async function startComparing() {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDatabase());
  const client = new Client({ connectionString: scratch.url });
  await client.connect();
  stack.defer(() => client.end());
  const nullable = await client.query<{ id: string; name: string }>(
    `select attrelid || '.' || attnum as id, attname as name from pg_attribute where attnum > 0 and not attnotnull`,
  );
  const nameOf = new Map(nullable.rows.map(({ id, name }) => [id, name]));
  const arrays = await client.query<{ oid: number }>(`select oid::int from pg_type where typcategory = 'A'`);
  const isArray = new Set(arrays.rows.map(({ oid }) => oid));

  function wrongIn({ place, text = '', row, values }: Statement, { parameters, fields }: Described): string[] {
    const columns = [...(row ?? [])].map(([name, kinds]): string | null => {
      const field = fields.findLast((each) => each.name === name);
      if (!field) return kinds?.has('undefined') === true ? null : `has no column ${name}`;
      const kind = isArray.has(field.dataTypeID) ? 'array' : KINDS[field.dataTypeID];
      if (!kinds || kind === 'json') return null;
      const others = [...kinds].filter((each) => each !== 'null' && each !== 'undefined' && each !== kind);
      if (others.length > 0) return `says that ${name} is ${others.join(' or ')}: it is ${kind ?? field.dataTypeID}`;
      const column = nameOf.get(`${field.tableID}.${field.columnID}`);
      const held = column === undefined || isHeld(text, column) || HELD.has(`${place.split(':')[0]} ${name}`);
      return held || kinds.has('null') ? null : `says that ${name} is never null`;
    });
    const passed = values === undefined || values === parameters ? null : `passes ${values} values for ${parameters} parameters`;
    return [passed, ...columns].flatMap((said) => (said === null ? [] : [`${place} ${said}`]));
  }
  const running = stack.move();
  return {
    compare: (statement: Statement): Promise<string[]> =>
      describe(client, statement.text ?? '').then(
        (described) => wrongIn(statement, described),
        (error: unknown) => [`${statement.place} ${String(error)}`],
      ),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('every statement is one that PostgreSQL takes, with its caller’s parameters and columns', async () => {
  const all = await statements();
  await using comparing = await startComparing();
  const wrong: string[] = [];
  for (const each of all) if (each.text !== undefined) wrong.push(...(await comparing.compare(each)));
  expect(wrong).toEqual([]);
  const rows = all.filter(({ row }) => row !== undefined);
  const unchecked = rows.filter(({ text, row }) => text === undefined || row === null);
  // Those are put together as they are run, or their type is for the compiler alone.
  expect(unchecked.length / rows.length).toBeLessThan(MOST_UNCHECKED);
}, 60_000);

test('a statement that differs from what its caller says is named with the difference', async () => {
  await using comparing = await startComparing();
  const row: Row = new Map<string, Set<Kind>>([
    ['id', new Set(['number'])],
    ['not_before', new Set(['Date'])],
    ['nothing', new Set(['string'])],
  ]);
  const statement = (text: string) => comparing.compare({ place: 'here', text, row, values: 2 });
  expect(await statement('select id, not_before from messages where id = $1')).toEqual([
    'here passes 2 values for 1 parameters',
    'here says that id is number: it is string',
    'here says that not_before is never null',
    'here has no column nothing',
  ]);
  expect(await statement('select nothing from messages')).toEqual(['here error: column "nothing" does not exist']);
});
