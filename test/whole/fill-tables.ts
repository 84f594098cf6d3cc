import { escapeLiteral, type Client } from 'pg';

// A row in every table, so that a statement that is run meets nulls wherever there may be some.

/** The values of a row where the statement leaves them open. */
export type World = {
  /** Whether times are past, and what is true or false. */
  past: boolean;
  truth: boolean;
  /** Whether columns that the statement compares with something are null too. */
  comparedNull: boolean;
  /** Whether outer joins find something. */
  joined: boolean;
};
const BOTH = [true, false];
const WORLDS: World[] = BOTH.flatMap((past) =>
  BOTH.flatMap((truth) => BOTH.flatMap((comparedNull) => BOTH.map((joined) => ({ past, truth, comparedNull, joined })))),
);

type Column = { table: string; name: string; type: string; required: boolean };

/** Takes away what a row of constants can't keep, and tells the columns that may be written. */
export async function prepareTables(client: Client): Promise<Column[]> {
  await client.query(`set session_replication_role = replica;
    do $$ declare c record; begin
      for c in select conrelid::regclass as of, conname as name from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace loop
        execute format('alter table %s drop constraint %I', c.of, c.name);
      end loop;
    end $$`);
  const { rows } = await client.query<Column>(
    `select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a' order by 1, a.attnum`,
  );
  return rows;
}

const ID = '00000000-0000-7000-8000-000000000001';
const LITERALS: Record<string, string> = {
  uuid: ID,
  boolean: 'true',
  date: '2030-01-01',
  bytea: '\\x01',
  json: '{}',
  jsonb: '{}',
  interval: '1 day',
  inet: '127.0.0.1',
};

/** A constant of a type, as PostgreSQL reads it from a text. */
export function constantOf(type: string, world: Pick<World, 'past' | 'truth'>): string {
  const { past, truth } = world;
  if (type.endsWith('[]')) return `{"${constantOf(type.slice(0, -2), world)}"}`;
  if (type.startsWith('timestamp')) return new Date(Date.now() + (past ? -3_600_000 : 3_600_000)).toISOString();
  if (type === 'boolean') return String(truth);
  return LITERALS[type] ?? (/^(text|character|name)/.test(type) ? 'x' : '1');
}

/** Whether a condition on it leaves no null. */
export const isCompared = (text: string, name: string): boolean =>
  new RegExp(`\\b"?${name}"?\\s*(is not null|=|<|>|in \\(|between)|[=<>] *(\\w+\\.)?${name}\\b|using \\([^)]*\\b${name}\\b`).test(
    text,
  );

const JOINED = /\bleft join (?:lateral \([^)]*?\bfrom )?(\w+)/g;

/** The worlds that make a difference to a statement. */
export const worldsOf = (text: string): World[] => (/\bleft join\b/.test(text) ? WORLDS : WORLDS.filter(({ joined }) => joined));

/** The first text with which a column is compared. */
const wantedOf = (text: string, name: string): string | undefined =>
  new RegExp(`\\b"?${name}"?\\s*(?:=|in \\()\\s*'([^']*)'`).exec(text)?.[1];

/** Statements that put a row of constants in each table that another names; every column that may be null is. */
export function rowsFor(columns: Column[], text: string, world: World): string {
  const away = new Set(world.joined ? [] : [...text.matchAll(JOINED)].map(([, table]) => table));
  const inserts = [...Map.groupBy(columns, ({ table }) => table)].map(([table, its]) => {
    if (away.has(table) || !new RegExp(`\\b${table}\\b`).test(text)) return '';
    const values = its.map(({ name, type, required }) => {
      if (!required && (world.comparedNull || !isCompared(text, name))) return 'null';
      const value = (type === 'text' ? wantedOf(text, name) : undefined) ?? constantOf(type, world);
      return `${escapeLiteral(value)}::${type}`;
    });
    return `insert into "${table}" (${its.map(({ name }) => `"${name}"`).join(', ')}) values (${values.join(', ')});`;
  });
  return inserts.join(' ');
}
