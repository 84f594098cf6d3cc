import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { callbackHeaders, type Poster } from '../../webhook-client/request.ts';
import type { AlarmKind } from '../../domain/carriers/alarm.ts';
import { affected, rows } from '../../database/sql.ts';

/** The operator's webhook; `secret` signs as for customers' callbacks. */
export type AlarmWebhook = { url: string; secret: string };

type Deps = { pool: Pool; log: Logger; poster: Pick<Poster, 'post'>; webhook: AlarmWebhook | null };
type Due = {
  id: string;
  kind: AlarmKind;
  carrier_id: string;
  name: string;
  since: Date;
  detail: string | null;
  cleared_at: Date | null;
  post_attempts: number;
};

const TIMEOUT_MS = 5000;
const AT_ONCE = 20;
/** Minutes until the next attempt; the last one repeats. */
const AGAIN_MINUTES = [1, 2, 5, 15, 60];

/** At least once: posts raised and cleared alarms to the operator's webhook, each in its current state. */
export async function postAlarms({ pool, log, poster, webhook }: Deps): Promise<void> {
  const due = await rows<Due>(
    pool,
    `select a.id, a.kind, a.carrier_id, c.name, a.since, a.detail, a.cleared_at, a.post_attempts
     from alarms a join carriers c on c.id = a.carrier_id where a.post_at <= now() order by a.since limit ${AT_ONCE}`,
  );
  await Promise.all(due.map((alarm) => (webhook ? post(alarm, webhook) : done(alarm))));

  async function post(alarm: Due, { url, secret }: AlarmWebhook): Promise<void> {
    const now = new Date();
    const attempt = alarm.post_attempts + 1;
    const body = bodyOf(alarm);
    const id = idOf(alarm);
    const headers = callbackHeaders({
      secrets: [secret],
      id,
      deliveryId: id,
      attempt,
      trigger: 'auto',
      format: 'standard',
      body,
      now,
    });
    const result = await poster.post({ url, headers, body, timeoutMs: TIMEOUT_MS });
    if (result.ok) return done(alarm);
    const minutes = AGAIN_MINUTES[Math.min(alarm.post_attempts, AGAIN_MINUTES.length - 1)] ?? 60;
    log.warn(
      { class: result.class, status: result.status, minutes },
      'the webhook for alarms did not take one; it is told later',
    );
    await affected(
      pool,
      `update alarms set post_attempts = $2, post_at = now() + make_interval(mins => $3) where id = $1 and (cleared_at is not null) = $4`,
      [alarm.id, attempt, minutes, alarm.cleared_at !== null],
    );
  }

  /** Conditional: a change made meanwhile is posted next. */
  async function done(alarm: Due): Promise<void> {
    const posted = alarm.cleared_at === null ? 'raised' : 'cleared';
    await affected(
      pool,
      `update alarms set posted = $2, post_at = null, post_attempts = 0 where id = $1 and (cleared_at is not null) = $3`,
      [alarm.id, webhook ? posted : null, alarm.cleared_at !== null],
    );
  }
}

/** Same id on every attempt. */
const idOf = ({ id, cleared_at: clearedAt }: Due): string => `${id}-${clearedAt === null ? 'raised' : 'cleared'}`;

const bodyOf = (alarm: Due): string => {
  const { id, kind, carrier_id: carrierId, name, since, detail, cleared_at: clearedAt } = alarm;
  return JSON.stringify({
    id: idOf(alarm),
    type: clearedAt === null ? 'alarm.raised' : 'alarm.cleared',
    timestamp: (clearedAt ?? since).toISOString(),
    data: {
      alarm: { id, kind, since: since.toISOString(), clearedAt: clearedAt?.toISOString() ?? null, detail },
      carrier: { id: carrierId, name },
    },
  });
};
