import { z } from '@hono/zod-openapi';
import { affected, rows, transaction } from '../../database/sql.ts';
import { missing, notFound } from '../http/problem.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, IdParam, iso, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

/** SMS a week from which a SIM without any reply is suspicious. */
const MANY_SENT = 100;

const LineView = z
  .object({
    slot: z.number().int(),
    worker: z.string().openapi({ description: 'The process that holds it' }),
    live: z.boolean().openapi({ description: 'Its worker told of it within the last 15 seconds' }),
    state: z.enum(['connecting', 'bound', 'draining', 'closed']),
    since: Time.openapi({ description: 'In this state: for a bound line, bound since' }),
    refused: z.boolean().openapi({ description: 'The carrier refuses our login' }),
    windowUsed: z.number().int().openapi({ description: 'Submitted and not answered yet, and replies in hand' }),
    window: z.number().int(),
    accepted: z.number().int().openapi({ description: 'Messages that the carrier took since the worker opened the line' }),
    perSecond: z.number().openapi({ description: 'Of these, how many a second of late' }),
    lastError: z.string().nullable(),
    toldAt: Time,
  })
  .openapi('CarrierLine');

const SimView = z
  .object({
    port: z.number().int(),
    sentToday: z.number().int().openapi({ description: 'SMS, counted before they go' }),
    perDay: z.number().int().openapi({ description: 'The most that its settings allow' }),
    silent: z.boolean().openapi({
      description: `Sent ${MANY_SENT} SMS or more within a week and never got a reply: replies may go elsewhere, such as to RCS on the phone`,
    }),
  })
  .openapi('CarrierSim');

const StateView = z
  .object({
    carrier: Id,
    name: z.string(),
    state: z.enum(['up', 'down', 'paused', 'draining']).openapi({
      description:
        'up: a line is bound. draining: paused, and some messages are still to be answered. paused: nothing is under way',
    }),
    pausedAt: Time.nullable(),
    submitting: z.number().int().openapi({ description: 'Messages written and not answered yet' }),
    perSecond: z.number(),
    rate: z.number().nullable().openapi({ description: 'The most a second that its settings allow, for all lines together' }),
    inDoubt: z.number().int(),
    lines: z.array(LineView),
    sims: z
      .array(SimView)
      .openapi({ description: 'Of a carrier that sends by SIMs: those that sent something today, by their own calendar' }),
  })
  .openapi('CarrierState');

const route = routesOf('Operator: carriers');
const answers = ok('How it stands', StateView, notFound);
const request = { params: IdParam };
const state = route('get', '/carriers/{id}/state', 'getCarrierState', {
  summary: 'The state of a carrier’s lines, as their workers reported seconds ago',
  request,
  responses: answers,
});
const pause = route('post', '/carriers/{id}/pause', 'pauseCarrier', {
  summary: 'Send nothing more through it. What is under way is answered, replies still come in, what is queued waits',
  request,
  responses: answers,
});
const resume = route('post', '/carriers/{id}/resume', 'resumeCarrier', {
  summary: 'Send through it again',
  request,
  responses: answers,
});

type Line = Omit<z.infer<typeof LineView>, 'since' | 'toldAt'> & { since: Date; toldAt: Date };
type CarrierRow = {
  id: string;
  name: string;
  type: string;
  paused_at: Date | null;
  settings: Record<string, unknown>;
  secrets: Uint8Array;
  submitting: number;
  in_doubt: number;
};

const lineView = (line: Line) => shown(LineView, line, { perSecond: round(line.perSecond) });
const round = (value: number): number => Math.round(value * 10) / 10;

export const operatorLines = ({ db, registry, secrets }: ApiServices) => {
  async function simsOf({ id, type, settings, secrets: sealed }: CarrierRow): Promise<z.infer<typeof SimView>[]> {
    const kind = registry[type];
    const limits = kind?.sims?.(kind.settings.parse({ ...settings, ...JSON.parse(secrets.open(sealed)) }));
    if (!limits) return [];
    const found = await rows<{ port: number; sent: number; silent: boolean }>(
      db.pool,
      `select d.port, d.sent,
         (select sum(w.sent) from sim_days w where w.carrier_id = $1 and w.port = d.port and w.day > d.day - 7) >= ${MANY_SENT}
           and exists (select from numbers n where n.carrier_id = $1 and n.port = d.port)
           and not exists (select from numbers n join replies r on r.carrier_id = $1 and r.content_key is not null and r.reply_code = n.number
             where n.carrier_id = $1 and n.port = d.port) as silent
       from sim_days d where d.carrier_id = $1 and d.day = (now() at time zone $2)::date order by d.port`,
      [id, limits.timeZone],
    );
    return found.map(({ port, sent, silent }) => ({ port, sentToday: sent, perDay: limits.smsPerDay, silent }));
  }

  async function viewOf(id: string): Promise<z.infer<typeof StateView>> {
    const [carrier] = await rows<CarrierRow>(
      db.pool,
      `select c.id, c.name, c.type, c.paused_at, c.settings, c.secrets, (select count(*)::int from doubts d where d.carrier_id = c.id) as in_doubt,
         coalesce((select sum(cardinality(s."window"))::int from carrier_slots s where s.carrier_id = c.id), 0) as submitting
       from carriers c where c.id = $1`,
      [id],
    );
    if (!carrier) throw missing();
    const found = await rows<Line>(
      db.pool,
      `select slot, worker, live, state, since, refused, case when live then in_flight else 0 end as "windowUsed", "window",
         accepted::float8, case when live then per_second else 0 end as "perSecond", last_error as "lastError", beat_at as "toldAt"
       from carrier_lines cross join lateral (select beat_at > now() - interval '15 seconds' as live) l where carrier_id = $1 order by slot`,
      [id],
    );
    const lines = found.map(lineView);
    const { segmentsPerSecond, messagesPerSecond } = carrier.settings;
    const rate = segmentsPerSecond ?? messagesPerSecond;
    const bound = lines.some((line) => line.live && line.state === 'bound');
    return {
      carrier: carrier.id,
      name: carrier.name,
      state: carrier.paused_at === null ? (bound ? 'up' : 'down') : carrier.submitting > 0 ? 'draining' : 'paused',
      pausedAt: iso(carrier.paused_at),
      submitting: carrier.submitting,
      perSecond: round(lines.reduce((sum, line) => sum + line.perSecond, 0)),
      rate: typeof rate === 'number' ? rate : null,
      inDoubt: carrier.in_doubt,
      lines,
      sims: await simsOf(carrier),
    };
  }

  /** Idempotent: a carrier that is paused already keeps its time. */
  async function setPaused(id: string, paused: boolean): Promise<z.infer<typeof StateView>> {
    const set = 'update carriers set paused_at = case when $2 then now() end where id = $1 and (paused_at is not null) <> $2';
    await transaction(db.pool, (client) => affected(client, set, [id, paused]));
    return viewOf(id);
  }

  return forAnyone()
    .openapi(state, async (c) => c.json(await viewOf(c.req.valid('param').id), 200))
    .openapi(pause, async (c) => c.json(await setPaused(c.req.valid('param').id, true), 200))
    .openapi(resume, async (c) => c.json(await setPaused(c.req.valid('param').id, false), 200));
};
