import { Client, type Connection, type FieldDef, type Submittable } from 'pg';
import { expect, test } from 'vitest';
import { scratchDatabase } from '../fixtures/database.ts';
import { isCompared, otherWorlds, passedOf, prepareTables, rowsFor, worldsOf, type World } from './fill-tables.ts';
import { statements, type Statement } from './read-statements.ts';
import type { Kind, Row } from './read-types.ts';

/** Of the statements with a row type, those that answer something on rows of constants. */
const FEWEST_ANSWERED = 318;

/** From this many values on nobody counts them: they have names. */
const MANY = 8;
/** Lists with filters count the values themselves, as they put their conditions together. */
const COUNTED =
  /^(?:api\/conversations\/conversations|api\/replies\/replies(?:-export)?|database\/callbacks\/find-deliveries)\.ts:/;

type Described = { parameters: number[]; fields: FieldDef[] };

/** Has PostgreSQL plan a statement without running it: its parameters and columns, or why it refuses. */
function describe(client: Client, text: string): Promise<Described> {
  const { promise, resolve, reject } = Promise.withResolvers<Described>();
  const described: Described = { parameters: [], fields: [] };
  const question: Submittable & Record<string, unknown> = {
    submit(connection: Connection) {
      connection.once(
        'parameterDescription',
        ({ dataTypeIDs }: { dataTypeIDs: number[] }) => (described.parameters = dataTypeIDs),
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

/** Columns that may be null by themselves, and why they never are where they are read. */
const HELD: [file: string, columns: string, why: string][] = [
  ['activities/callbacks/claim-callbacks.ts', 'endpoint_id', 'a callback has an endpoint'],
  [
    'activities/mail/claim-digests.ts',
    'id attempt mail address locale emailId accountId timeZone',
    'without a claim they are not read',
  ],
  ['activities/replies/complete-replies.ts', 'reply_id', 'it is what the statement has just stored'],
  ['activities/replies/find-candidates.ts', 'submitted_at', 'what a reply answers has gone out'],
  ['activities/replies/unhidden-replies.ts', 'account_id attribution', 'both were decided when it was hidden'],
  ['api/accounts/operator-two-way.ts', 'at by', 'who asks for two-way is in its history'],
  ['api/callbacks/events.ts', 'id type position created_at body', 'without an event the row is not read'],
  ['api/campaigns/latency.ts', 'p50 p95 p99', 'where nothing is counted they are not read'],
  ['api/http/auth.ts', 'name platform country locale timeZone twoWay', 'of an operator, who has no account, they are not read'],
  ['api/people/session-view.ts', 'name platform locale timeZone', 'of an operator, who has no account, they are not read'],
  ['api/replies/reply-attribution.ts', 'submitted_at', 'what a reply may answer has gone out'],
  [
    'database/campaigns/campaign-report.ts',
    'states took repliers replied countedAt',
    'a campaign without figures is counted in the same call',
  ],
  ['database/campaigns/campaign-report.ts', 'step', 'what was replied to has been launched'],
  ['database/numbers/rentals.ts', 'at', 'a number that is rented has a beginning'],
  ['database/sending/spend-limits.ts', 'by', 'what is held is held by one of the two'],
];

/** Columns that a row type says are never null. */
const neverNull = (row: Row, columns: string[]): string[] =>
  columns.filter((name) => {
    const kinds = row.get(name) ?? row.get('*');
    return kinds !== undefined && !kinds.has('null');
  });

/** Compares statements with what PostgreSQL says of them and answers to them, on a migrated database. */
async function startComparing() {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDatabase());
  const client = new Client({ connectionString: scratch.url });
  await client.connect();
  stack.defer(() => client.end());
  const columns = await prepareTables(client);
  const nullable = await client.query<{ id: string; name: string }>(
    `select attrelid || '.' || attnum as id, attname as name from pg_attribute where attnum > 0 and not attnotnull`,
  );
  const nameOf = new Map(nullable.rows.map(({ id, name }) => [id, name]));
  const types = await client.query<{ oid: number; name: string; array: boolean }>(
    `select oid::int, format_type(oid, null) as name, typcategory = 'A' as array from pg_type`,
  );
  const typeOf = new Map(types.rows.map((type) => [type.oid, type]));
  const isHeld = ({ place }: Statement, name: string): boolean =>
    HELD.some(([file, names]) => place.startsWith(`${file}:`) && names.split(' ').includes(name));

  function wrongIn(statement: Statement, { parameters, fields }: Described): string[] {
    const { place, text = '', row, values, misnamed } = statement;
    const said = [...(row ?? [])].map(([name, kinds]): string | null => {
      const field = fields.findLast((each) => each.name === name);
      if (!field) return name === '*' || kinds?.has('undefined') === true ? null : `has no column ${name}`;
      const kind = typeOf.get(field.dataTypeID)?.array ? 'array' : KINDS[field.dataTypeID];
      if (!kinds || kind === 'json') return null;
      const others = [...kinds].filter((each) => each !== 'null' && each !== 'undefined' && each !== kind);
      if (others.length > 0) return `says that ${name} is ${others.join(' or ')}: it is ${kind ?? field.dataTypeID}`;
      const column = nameOf.get(`${field.tableID}.${field.columnID}`);
      const held = column === undefined || isCompared(text, column) || isHeld(statement, name);
      return held || kinds.has('null') ? null : `says that ${name} is never null`;
    });
    const passed =
      values === undefined || values.includes(parameters.length)
        ? null
        : `passes ${values.join(' or ')} values for ${parameters.length} parameters`;
    const many =
      parameters.length >= MANY && !statement.named && !COUNTED.test(place) ? 'passes so many values by number: name them' : null;
    const names = misnamed.map((name) => `misnames ${name}`);
    return [passed, many, ...names, ...said].flatMap((each) => (each === null ? [] : [`${place} ${each}`]));
  }

  /** Runs a statement on a row of constants in each of its tables; null where it never answers a row. */
  async function wrongNulls(statement: Statement, { parameters }: Described): Promise<string[] | null> {
    const { place, text = '', row } = statement;
    const wrong = new Set<string>();
    let answered = false;
    const meet = async (world: World): Promise<void> => {
      await client.query(`begin; ${rowsFor(columns, text, world)}`);
      const values = parameters.map((oid, index) => passedOf(text, typeOf.get(oid)?.name ?? 'text', index + 1, world));
      const found = await client.query<Record<string, unknown>>(text, values).catch(() => ({ rows: [] }));
      await client.query('rollback');
      answered ||= found.rows.length > 0;
      for (const each of found.rows)
        for (const name of neverNull(row ?? new Map(), Object.keys(each)))
          if (each[name] === null && !isHeld(statement, name)) wrong.add(`${place} says that ${name} is never null: it was`);
    };
    for (const world of worldsOf(text)) await meet(world);
    for (const world of otherWorlds()) if (!answered) await meet(world);
    return answered ? [...wrong] : null;
  }
  const running = stack.move();
  return {
    async compare(statement: Statement): Promise<{ wrong: string[]; answered: boolean }> {
      try {
        const described = await describe(client, statement.text ?? '');
        const nulls = statement.row ? await wrongNulls(statement, described) : null;
        return { wrong: [...wrongIn(statement, described), ...(nulls ?? [])], answered: nulls !== null };
      } catch (error) {
        return { wrong: [`${statement.place} ${String(error)}`], answered: false };
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('every statement has the parameters, columns and nulls that its caller says', async () => {
  const all = await statements();
  expect(all.filter(({ text, row }) => text === undefined || row === null).map(({ place }) => place)).toEqual([]);
  await using comparing = await startComparing();
  const compared: Awaited<ReturnType<typeof comparing.compare>>[] = [];
  for (const each of new Map(all.map((one) => [`${one.place} ${one.text}`, one])).values())
    compared.push(await comparing.compare(each));
  expect(compared.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(compared.filter(({ answered }) => answered).length).toBeGreaterThanOrEqual(FEWEST_ANSWERED);
}, 90_000);

test('a statement that differs from what its caller says is named with the difference', async () => {
  await using comparing = await startComparing();
  const row: Row = new Map<string, Set<Kind>>([
    ['id', new Set(['number'])],
    ['not_before', new Set(['Date'])],
    ['nothing', new Set(['string'])],
  ]);
  const statement = async (text: string) =>
    (await comparing.compare({ place: 'here', text, row, values: [2], named: false, misnamed: [] })).wrong;
  expect(await statement('select id, not_before from messages where id = $1')).toEqual([
    'here passes 2 values for 1 parameters',
    'here says that id is number: it is string',
    'here says that not_before is never null',
    'here has no column nothing',
    'here says that not_before is never null: it was',
  ]);
  expect(await statement('select nothing from messages')).toEqual(['here error: column "nothing" does not exist']);
});
