import { z } from '@hono/zod-openapi';
import { rows } from '../../database/sql.ts';
import { describeError } from './log.ts';
import { json } from './schemas.ts';
import type { ApiServices } from '../services.ts';
import { forAnyone, routesOf } from './route.ts';

const DEADLINE_MS = 3000;

const Health = z.object({ status: z.literal('ok') }).openapi('Health');
const Part = z.enum(['ok', 'unreachable']);
const Readiness = z
  .object({ status: z.enum(['ready', 'not-ready', 'draining']), database: Part, temporal: Part })
  .openapi('Readiness');

const route = routesOf('Running');
const health = route('get', '/health', 'health', {
  summary: 'Whether the process lives, without asking any other part',
  responses: { 200: { description: 'It does', content: json(Health) } },
});
const ready = route('get', '/ready', 'ready', {
  summary: 'Whether database and Temporal answer, each within three seconds',
  responses: {
    200: { description: 'Both do', content: json(Readiness) },
    503: { description: 'One does not, or this process is about to stop (`draining`)', content: json(Readiness) },
  },
});

/** False for a failure, a no, or a timeout. */
async function inTime(asked: Promise<boolean>, failed: (error: unknown) => void): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    failed(new Error(`no answer within ${DEADLINE_MS} ms`));
    resolve(false);
  }, DEADLINE_MS);
  const answer = asked.catch((error: unknown) => {
    failed(error);
    return false;
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

export const running = ({ db, runs, draining = () => false }: ApiServices) =>
  forAnyone()
    .openapi(health, (c) => c.json({ status: 'ok' } as const, 200))
    .openapi(ready, async (c) => {
      const warn = (part: string) => (error: unknown) => c.get('log').warn({ part, error: describeError(error) }, 'not ready');
      const [database, temporal] = await Promise.all([
        inTime(
          rows(db.pool, 'select 1').then(() => true),
          warn('database'),
        ),
        inTime(runs.reachable(), warn('temporal')),
      ]);
      const part = (ok: boolean) => (ok ? ('ok' as const) : ('unreachable' as const));
      const parts = { database: part(database), temporal: part(temporal) };
      if (draining()) return c.json({ status: 'draining' as const, ...parts }, 503);
      if (database && temporal) return c.json({ status: 'ready' as const, ...parts }, 200);
      return c.json({ status: 'not-ready' as const, ...parts }, 503);
    });
