import { escapeLiteral, type Client } from 'pg';

const ID = '00000000-0000-7000-8000-000000000001';

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
  /** How far times are from now. */
  days?: number;
  /** The texts. */
  word?: string;
  /** The numbers that are passed; those of rows are 1. */
  passed?: number;
  /** Whether the tables that it writes to are empty, or those in which it wants to find nothing. */
  without?: 'written' | 'unwanted';
  /** Whether null is passed where the statement asks for it. */
  nulls?: boolean;
};
/** What is tried where a statement answers nothing. */
const OTHERWISE: Partial<World>[] = [
  { passed: 0 },
  { nulls: true },
  { without: 'written' },
  { without: 'unwanted' },
  { without: 'unwanted', passed: 0 },
  { word: 'UTC' },
  { days: 1000 },
  { days: 1000, passed: 0 },
  { word: ID },
  { word: '1' },
];
const BOTH = [true, false];
const WORLDS: World[] = BOTH.flatMap((past) =>
  BOTH.flatMap((truth) => BOTH.flatMap((comparedNull) => BOTH.map((joined) => ({ past, truth, comparedNull, joined })))),
);

const JOINING = WORLDS.filter(({ joined }) => joined);

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
export function constantOf(type: string, world: World): string {
  const { past, truth, days = 1 / 24, word = 'x' } = world;
  if (type.endsWith('[]')) return `{"${constantOf(type.slice(0, -2), world)}"}`;
  if (type.startsWith('timestamp')) return new Date(Date.now() + (past ? -days : days) * 86_400_000).toISOString();
  if (type === 'boolean') return String(truth);
  return LITERALS[type] ?? (/^(text|character|name)/.test(type) ? word : '1');
}

/** Whether a condition on it leaves no null. */
export const isCompared = (text: string, name: string): boolean =>
  new RegExp(`\\b"?${name}"?\\s*(is not null|=|<|>|in \\(|between)|[=<>] *(\\w+\\.)?${name}\\b|using \\([^)]*\\b${name}\\b`).test(
    text,
  );

const JOINED = /\bleft join (?:lateral \([^)]*?\bfrom )?(\w+)/g;

const WITHOUT = { written: /insert into (\w+)/g, unwanted: /not exists \(\s*select(?: \d)? from (\w+)/g };

/** The worlds that make a difference to a statement. */
export const worldsOf = (text: string): World[] => (/\bleft join\b/.test(text) ? WORLDS : JOINING);
/** Further ones, for a statement that answered nothing in these. */
export const otherWorlds = (): World[] => OTHERWISE.flatMap((other) => JOINING.map((world) => ({ ...world, ...other })));

/** The value to pass as `$place`. */
export function passedOf(text: string, type: string, place: number, world: World): string | null {
  if (world.nulls && new RegExp(`\\$${place}(?:::[\\w[\\]]+)? is null`).test(text)) return null;
  const isNumber = /^(?:smallint|integer|bigint|numeric|double)/.test(type);
  return isNumber && world.passed !== undefined ? String(world.passed) : constantOf(type, world);
}

/** The first text with which a column is compared. */
const wantedOf = (text: string, name: string): string | undefined =>
  new RegExp(`\\b"?${name}"?\\s*(?:=|in \\()\\s*'([^']*)'`).exec(text)?.[1];

/** Statements that put a row of constants in each table that another names; every column that may be null is. */
export function rowsFor(columns: Column[], text: string, world: World): string {
  const outer = world.joined ? [] : [...text.matchAll(JOINED)];
  const without = world.without ? [...text.matchAll(WITHOUT[world.without])] : [];
  const away = new Set([...outer, ...without].map(([, table]) => table));
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
