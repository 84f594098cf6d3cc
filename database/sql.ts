import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { oweAudit, settleAudit, type AuditRecord } from './people/audit.ts';

export type Sql = Pick<Pool | PoolClient, 'query'>;

/** In the order of `$1`, or by the names in the text (`$account`), from eight values on. */
export type Values = unknown[] | Record<string, unknown>;
type Numbered = { text: string; names: string[] };
const NAMED = /\$([a-z]\w*)/gi;
const numberedTexts = new Map<string, Numbered>();

/** A statement with its names replaced by `$1`, `$2` …, and the names in that order. */
export function numbered(named: string): Numbered {
  const known = numberedTexts.get(named);
  if (known) return known;
  const names = [...new Set(Array.from(named.matchAll(NAMED), ([, name = '']) => name))];
  const made = { text: named.replaceAll(NAMED, (_, name: string) => `$${names.indexOf(name) + 1}`), names };
  numberedTexts.set(named, made);
  return made;
}

function queryOf(text: string, values: Values): { text: string; values: unknown[] } {
  if (Array.isArray(values)) return { text, values };
  const made = numbered(text);
  const missing = made.names.find((name) => !(name in values));
  if (missing !== undefined) throw new Error(`The statement has no value for $${missing}`);
  return { text: made.text, values: made.names.map((name) => values[name]) };
}

/** The rows of one statement. Arrays are passed as arrays (`= any($1)`, `unnest($1::uuid[])`). */
export async function rows<R extends QueryResultRow>(sql: Sql, text: string, values: Values = []): Promise<R[]> {
  const result = await sql.query<R>(queryOf(text, values));
  return result.rows;
}

/** How long a plan is kept: a plan for a table of a hundred rows scans it, and a campaign may add a million. */
const PLAN_MS = 2000;
const plannedAt = new WeakMap<PoolClient, number>();

/** Connections through a pooler, where prepared names are unknown to the next server process. */
export const unnamed = new WeakSet<PoolClient>();

/** The same for a long statement that runs often: prepared by name, so that a connection plans it every few seconds, not at every run. */
export async function prepared<R extends QueryResultRow>(
  sql: Pool | PoolClient,
  name: string,
  text: string,
  values: Values,
): Promise<R[]> {
  if ('release' in sql) return runPrepared<R>(sql, name, text, values);
  const client = await sql.connect();
  let failed: Error | undefined;
  try {
    return await runPrepared<R>(client, name, text, values);
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(failed);
  }
}

async function runPrepared<R extends QueryResultRow>(
  client: PoolClient,
  name: string,
  text: string,
  values: Values,
): Promise<R[]> {
  if (unnamed.has(client)) return rows<R>(client, text, values);
  const now = performance.now();
  const since = plannedAt.get(client);
  if (since === undefined || now - since > PLAN_MS) {
    if (since !== undefined) await client.query('discard plans');
    plannedAt.set(client, now);
  }
  const result = await client.query<R>({ name, ...queryOf(text, values) });
  return result.rows;
}

/** How many rows one statement touched. */
export async function affected(sql: Sql, text: string, values: Values = []): Promise<number> {
  const result = await sql.query(queryOf(text, values));
  return result.rowCount ?? 0;
}

/** Runs `work` in one transaction of its own connection; whatever it throws rolls back. The request's audit entry is part of it. */
export async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  let noted: AuditRecord | null = null;
  try {
    await client.query('begin');
    const result = await work(client);
    noted = await settleAudit(client);
    await client.query('commit');
    return result;
  } catch (error) {
    oweAudit(noted);
    await client.query('rollback').catch((lost: unknown) => {
      broken = lost instanceof Error ? lost : new Error(String(lost));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * Whether the database could not be reached, in contrast to a refused statement.
 * Classes 08 (connection), 53 (resources), 57 (operator intervention) of PostgreSQL's codes, and the socket's own.
 */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.cause !== undefined && isUnreachable(error.cause)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (CONNECTION_CODES.has(code) || /^(08|53|57)/.test(code)) return true;
  return /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error/i.test(
    error.message,
  );
}

/** A deadlock or a lost race: the same work succeeds when it is tried again. */
export const isCollision = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');

const MOST_TRIES = 5;

/** Runs work again when it collided with another's. */
export async function retryCollisions<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MOST_TRIES || !isCollision(error)) throw error;
    }
  }
}

/** A transaction that runs again after a collision; for work that may be repeated. */
export const patientTransaction = <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  retryCollisions(() => transaction(pool, work));
