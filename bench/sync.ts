import { Hono } from 'hono';
import { pino } from 'pino';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGatewayReader } from '../activities/lowcost/read-gateway.ts';
import { releasePage } from '../activities/lowcost/release-replies.ts';
import { dinstar } from '../carriers/dinstar/dinstar.ts';
import { registry } from '../carriers/registry.ts';
import { Carrier } from '../database/carriers/carrier.ts';
import { newId } from '../database/ids.ts';
import { openDatabase } from '../database/orm.ts';
import { affected, rows } from '../database/sql.ts';
import { serveOnLoopback } from '../dev/simulator/http.ts';
import { round, type Bench } from './bench.ts';

const REPLIES = 500_000;
const PAGE = 500;
const LOOK_EVERY = 50_000;

setFlagsFromString('--expose-gc');
const gc: unknown = runInNewContext('gc');
const heapMb = (): number => {
  if (typeof gc === 'function') gc();
  return process.memoryUsage().heapUsed / 1e6;
};

/** A gateway of half a million SMS, generated on request, so that any growth is ours. */
const startGateway = () => {
  const app = new Hono();
  app.get('/api/query_incoming_sms', (c) => {
    const above = Number(c.req.query('incoming_sms_id'));
    const sms = Array.from({ length: Math.max(0, Math.min(PAGE, REPLIES - above)) }, (_, index) => {
      const id = above + index + 1;
      const at = new Date(Date.UTC(2026, 0, 1) + id * 1000).toISOString();
      const timestamp = at.slice(0, 19).replace('T', ' ');
      return {
        incoming_sms_id: id,
        port: id % 32,
        number: `+3361${String(id % 10_000_000).padStart(7, '0')}`,
        timestamp,
        text: `OUI ${id}`,
      };
    });
    return c.json({ error_code: 200, sn: 'da00-bench', sms, read: 0, unread: sms.length });
  });
  return serveOnLoopback(app, 0);
};

export const syncBench: Bench = {
  name: 'sync',
  stack: { receipts: null, window: 100 },
  async measure({ databaseUrl }, say) {
    await using stack = new AsyncDisposableStack();
    const gateway = await startGateway();
    stack.defer(() => gateway.close());
    const db = await openDatabase({ url: databaseUrl, poolMax: 4 });
    stack.defer(() => db.close());
    const settings = { url: gateway.url, username: 'bench', password: 'bench', deviceTimeZone: 'UTC' };
    const session = dinstar.open(dinstar.settings.parse(settings), {
      log: pino({ level: 'silent' }),
      events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
    });
    stack.defer(() => session.close(0));

    const em = db.em();
    const carrierId = newId();
    em.create(Carrier, {
      id: carrierId,
      name: 'bench-gateway',
      type: 'dinstar',
      route: 'lowcost',
      settings,
      secrets: Buffer.alloc(0),
      slots: 0,
      syncCursor: null,
      createdAt: new Date(),
    });
    await em.flush();
    const run = { id: newId(), carrierId };
    await rows(
      db.pool,
      `insert into sync_runs (id, carrier_id, state, requested_at, started_at) values ($1, $2, 'running', now(), now())`,
      [run.id, carrierId],
    );
    const readGateway = createGatewayReader({ pool: db.pool, lines: { session: () => session }, registry, country: 'FR' });

    async function readAll(): Promise<{ stored: number; ms: number; heaps: number[] }> {
      const startedAt = performance.now();
      const heaps: number[] = [];
      let stored = 0;
      let after: number | null = null;
      for (let more = true; more;) {
        const read: Awaited<ReturnType<typeof readGateway>> = await readGateway(carrierId, after, new Date());
        ({ after, more } = read);
        stored += read.stored;
        if (after % LOOK_EVERY === 0 && more) heaps.push(heapMb());
      }
      return { stored, ms: performance.now() - startedAt, heaps };
    }

    const first = await readAll();
    say(`heap after GC, every ${LOOK_EVERY}: ${first.heaps.map((mb) => round(mb)).join(', ')} MB`);
    if (first.stored !== REPLIES) throw new Error(`${first.stored} of ${REPLIES} were stored`);
    const again = await readAll();
    if (again.stored !== 0) throw new Error(`A second sync brought ${again.stored} again`);

    const releasing = performance.now();
    const heaps: number[] = [];
    let released = 0;
    for (let page = ['']; page.length > 0;) {
      page = await releasePage(db.pool, run, new Date());
      released += page.length;
      // Marked as filed: filing is measured elsewhere.
      await affected(db.pool, `update replies set filed_at = now() where id = any($1::uuid[])`, [page]);
      if (released % LOOK_EVERY === 0) heaps.push(heapMb());
    }
    const releaseMs = performance.now() - releasing;
    if (released !== REPLIES) throw new Error(`${released} of ${REPLIES} were released`);
    const all = [...first.heaps, ...heaps];
    const early = first.heaps[0] ?? 0;
    return [
      {
        line: `replies read from a gateway and stored, of ${REPLIES}`,
        value: round(first.stored / (first.ms / 1000)),
        unit: '/s',
      },
      { line: 'new at a second sync', value: again.stored, unit: 'replies', aim: '0', note: `in ${round(again.ms)} ms` },
      { line: 'replies released, in pages', value: round(released / (releaseMs / 1000)), unit: '/s' },
      {
        line: `heap after GC, most above that after the first ${LOOK_EVERY}`,
        value: round(Math.max(...all) - early),
        unit: 'MB',
        aim: '≤ 5 MB',
        note: `${round(Math.min(...all))}–${round(Math.max(...all))} MB`,
      },
    ];
  },
};
