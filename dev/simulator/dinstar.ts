import { Hono } from 'hono';
import { z } from 'zod';
import { createDigestGuard } from './digest-guard.ts';
import { serveOnLoopback } from './http.ts';

/** Misbehaviour of the gateway: a failing web server, or a device that says no. */
export type GatewayFault = 'http-500' | 'garbage' | 'hang' | 'cut' | 'unauthorized' | 413 | 486 | 503 | 550 | 400 | 500;
type Sms = { from: string; to: string; text: string };
type Incoming = { incoming_sms_id: number; port: number; number: string; smsc: string; timestamp: string; text: string };
type Outgoing = { user_id: number; port: number; number: string; text: string; encoding: string; at: Date };

export type DinstarOptions = {
  port?: number;
  username: string;
  password: string;
  serial?: string;
  sims: { port: number; number: string }[];
  deviceTimeZone?: string;
  /** The most SMS in one answer. */
  pageSize?: number;
  onMessage?: (sms: Sms) => void;
};
export type DinstarGateway = AsyncDisposable & {
  url: string;
  /** An SMS that arrives at a SIM; `otherwise` holds the fields as odd firmware writes them. */
  receive(sms: Sms, otherwise?: Record<string, unknown>): void;
  advanceClock(ms: number): void;
  now(): Date;
  /** As a factory reset: the inbox is empty and ids begin again. */
  reset(): void;
  /** The next `times` calls (all, when left out) fail like that; null ends it. */
  fail(fault: GatewayFault | null, times?: number): void;
  /** Sets the result that the device gives for messages to that number; DELIVERED until then. */
  result(to: string, status: 'SENDING' | 'SENT_OK' | 'DELIVERED' | 'FAILED'): void;
  /** Every nonce is stale: who calls must answer a new challenge. */
  forgetNonces(): void;
  inbox(): readonly Incoming[];
  /** The push of the last one that came in. */
  push(): { sn: string; sms: unknown[] };
  sent(): readonly Outgoing[];
  calls(): readonly { path: string; login: boolean; authorized: boolean }[];
};

const SendSms = z.object({
  text: z.string(),
  port: z.array(z.number()).min(1),
  encoding: z.enum(['gsm-7bit', 'unicode']),
  request_status_report: z.boolean().optional(),
  param: z.array(z.object({ number: z.string(), user_id: z.number(), text_param: z.array(z.string()).optional() })).min(1),
});
const Question = z.object({ flag: z.enum(['all', 'unread', 'read']), incoming_sms_id: z.coerce.number().default(0) });
const Results = z.object({ user_id: z.array(z.number()) });
const Clock = z.object({ advanceMs: z.number() });
const DEVICE_MOST = 128;

type Call = { path: string; login: boolean; authorized: boolean };
type Device = Required<Pick<DinstarOptions, 'serial' | 'sims' | 'deviceTimeZone' | 'pageSize' | 'onMessage'>> & {
  guard: ReturnType<typeof createDigestGuard>;
  inbox: Incoming[];
  lastId: number;
  aheadMs: number;
  fault: { what: GatewayFault; times: number } | null;
  taskId: number;
  sent: Outgoing[];
  results: Map<string, string>;
  calls: Call[];
  hanging: Set<() => void>;
};

const nowOf = ({ aheadMs }: Device): Date => new Date(Date.now() + aheadMs);
const deviceTime = (device: Device, at = nowOf(device)): string =>
  at.toLocaleString('sv-SE', { timeZone: device.deviceTimeZone });

function receive(device: Device, { from, to, text }: Sms, otherwise: Record<string, unknown> = {}): void {
  const sim = device.sims.find((each) => each.number === to);
  if (!sim) throw new Error(`No SIM here has the number ${to}`);
  const sms = {
    incoming_sms_id: ++device.lastId,
    port: sim.port,
    number: from,
    smsc: '+33609001390',
    timestamp: deviceTime(device),
    text,
  };
  device.inbox.push(Object.assign(sms, otherwise));
}

function send(device: Device, given: z.infer<typeof SendSms>) {
  if (given.param.length > DEVICE_MOST) return { error_code: 413, sn: device.serial };
  const sim = device.sims.find((each) => given.port.includes(each.port));
  if (!sim) return { error_code: 550, sn: device.serial };
  for (const { number, user_id: userId, text_param: values = [] } of given.param) {
    let index = 0;
    const text = given.text.replaceAll('#param#', () => values[index++] ?? '');
    device.sent.push({ user_id: userId, port: sim.port, number, text, encoding: given.encoding, at: nowOf(device) });
    setTimeout(() => device.onMessage({ from: sim.number, to: number, text }), 5).unref();
  }
  return { error_code: 202, sn: device.serial, sms_in_queue: given.param.length, task_id: ++device.taskId };
}

function query(device: Device, { flag, incoming_sms_id: above }: z.infer<typeof Question>) {
  if (flag !== 'all') throw new Error('Reading by flag changes what the device remembers: it is not to be used');
  const sms = device.inbox.filter(({ incoming_sms_id: id }) => id === 0 || id > above).slice(0, device.pageSize);
  return { error_code: 200, sn: device.serial, sms, read: 0, unread: device.inbox.length };
}

function resultsOf(device: Device, ids: number[]) {
  const wanted = new Set(ids);
  const result = device.sent
    .filter((each) => wanted.has(each.user_id))
    .map((each) => ({
      port: each.port,
      user_id: each.user_id,
      number: each.number,
      time: deviceTime(device, each.at),
      status: device.results.get(each.number) ?? 'DELIVERED',
      count: 1,
      succ_count: 1,
      ref_id: 1,
      imsi: '208010000000000',
    }));
  return { error_code: 200, sn: device.serial, result };
}

/** The device's HTTP API, and what tests move it by. */
function routesOf(device: Device): Hono {
  const app = new Hono();
  app.use('/api/*', async (c, next) => {
    c.header('date', nowOf(device).toUTCString());
    const { pathname, search } = new URL(c.req.url);
    const authorized = device.guard.admits(c.req.header('authorization'), c.req.method, `${pathname}${search}`);
    device.calls.push({ path: pathname, login: c.req.header('authorization') !== undefined, authorized });
    const failing = device.fault?.what;
    if (!authorized || failing === 'unauthorized')
      return c.body('Unauthorized', 401, { 'www-authenticate': device.guard.challenge() });
    if (device.fault && --device.fault.times <= 0) device.fault = null;
    if (failing === 'http-500') return c.text('Internal error', 500);
    if (failing === 'garbage') return c.text('<html>Please sign in', 200);
    if (typeof failing === 'number') return c.json({ error_code: failing, sn: device.serial });
    if (failing === 'hang' || failing === 'cut') {
      if (failing === 'hang') await new Promise<void>((resolve) => device.hanging.add(resolve));
      // An answer that breaks off: the caller can't know what was done.
      return c.body(new ReadableStream({ start: (controller) => controller.error(new Error('cut')) }), 200);
    }
    return next();
  });
  app.post('/api/send_sms', async (c) => c.json(send(device, SendSms.parse(await c.req.json()))));
  app.get('/api/query_incoming_sms', (c) => c.json(query(device, Question.parse(c.req.query()))));
  app.post('/api/query_incoming_sms', async (c) => c.json(query(device, Question.parse(await c.req.json()))));
  app.post('/api/query_sms_result', async (c) => c.json(resultsOf(device, Results.parse(await c.req.json()).user_id)));
  app.post('/_control/clock', async (c) => {
    device.aheadMs += Clock.parse(await c.req.json()).advanceMs;
    return c.json({ now: nowOf(device).toISOString() });
  });
  app.get('/_control/state', (c) =>
    c.json({ now: nowOf(device).toISOString(), inbox: device.inbox.length, sent: device.sent.length }),
  );
  // An answer broken off on purpose is not an error of this server.
  app.onError((error, c) => c.json({ error_code: 400, message: error.message }, 400));
  return app;
}

/** A Dinstar SIM gateway on loopback: its HTTP API, its inbox with rising ids, and a clock that can be moved. */
export async function startDinstar({
  port = 0,
  username,
  password,
  serial = 'da00-0027-2100-0007',
  deviceTimeZone = 'Europe/Paris',
  pageSize = 100,
  onMessage = () => {},
  sims,
}: DinstarOptions): Promise<DinstarGateway> {
  const guard = createDigestGuard({ username, password });
  const settings = { serial, sims, deviceTimeZone, pageSize, onMessage, guard };
  const counters = { lastId: 0, aheadMs: 0, fault: null, taskId: 0 };
  const device: Device = { ...settings, ...counters, inbox: [], sent: [], results: new Map(), calls: [], hanging: new Set() };
  const server = await serveOnLoopback(routesOf(device), port);

  return {
    url: server.url,
    receive: (sms, otherwise) => receive(device, sms, otherwise),
    advanceClock: (ms) => void (device.aheadMs += ms),
    now: () => nowOf(device),
    reset() {
      device.inbox = [];
      device.lastId = 0;
    },
    fail(what, times = Infinity) {
      device.fault = what === null ? null : { what, times };
    },
    result: (to, status) => void device.results.set(to, status),
    forgetNonces: device.guard.forget,
    inbox: () => device.inbox,
    push: () => ({ sn: device.serial, sms: device.inbox.slice(-1) }),
    sent: () => device.sent,
    calls: () => device.calls,
    async [Symbol.asyncDispose]() {
      for (const release of device.hanging) release();
      await server.close();
    },
  };
}
