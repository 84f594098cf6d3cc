import { z } from '@hono/zod-openapi';
import type { CallbackEndpoint, LastFailure } from '../../database/callbacks/callback-endpoint.ts';
import { rows, type Sql } from '../../database/sql.ts';
import { classForCustomer } from '../../domain/callbacks/attempt-class.ts';
import { DISABLED_AFTER_MS, isConfigurationError, newHealth, WINDOW_MINUTES } from '../../domain/callbacks/endpoint-health.ts';
import { PLACES } from '../../domain/callbacks/concurrency-lanes.ts';
import { healthOf, HealthState } from '../reply-settings/endpoint-fields.ts';
import { findEndpoint } from './find-endpoint.ts';
import { notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { Id, IdParam, iso, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

export const LastFailureView = z.object({ class: z.string(), status: z.number().int().nullable(), at: Time }).nullable();

const EndpointHealthView = z
  .object({
    id: Id,
    health: HealthState,
    since: Time,
    waiting: z
      .object({ held: z.number().int(), retrying: z.number().int(), pending: z.number().int(), inFlight: z.number().int() })
      .openapi({ description: 'Deliveries that are owed, by state' }),
    oldestWaitingSince: Time.nullable(),
    lastSuccessAt: Time.nullable(),
    lastFailure: LastFailureView,
    misconfigured: z.boolean().openapi({ description: 'The last failure is one that only a change of its set-up mends' }),
    failuresInARow: z.number().int(),
    window: z
      .object({ minutes: z.number().int(), attempts: z.number().int(), failures: z.number().int() })
      .openapi({ description: 'It opens when half of ten attempts or more fail' }),
    lastHour: z
      .array(z.object({ at: Time, attempts: z.int(), failures: z.int() }))
      .openapi({ description: 'Attempts of the last hour, by the minute; a minute without one is left out' }),
    nextTryAt: Time.nullable().openapi({
      description: 'When the next attempt is due: while it is open the next probe, else that of the delivery due first',
    }),
    disabledAt: Time.nullable().openapi({ description: 'When it will be disabled if nothing succeeds until then' }),
    places: z.number().int().openapi({ description: 'Requests that it may have at once now' }),
  })
  .openapi('EndpointHealth');

const route = routesOf('Callback endpoints');
const health = route('get', '/callback-endpoints/{id}/health', 'callbackEndpointHealth', {
  summary: 'An endpoint’s health, its waiting deliveries, and what happens next',
  request: { params: IdParam },
  responses: ok('Its health', EndpointHealthView, notFound),
});

type Waiting = {
  held: number;
  retrying: number;
  pending: number;
  in_flight: number;
  oldest: Date | null;
  next: Date | null;
  attempts: number;
  failures: number;
};

async function waitingAt(sql: Sql, endpointId: string, accountId: string): Promise<Waiting> {
  const [found] = await rows<Waiting>(
    sql,
    `select (count(*) filter (where state = 'held'))::int as held, (count(*) filter (where state = 'retrying'))::int as retrying,
       (count(*) filter (where state = 'pending'))::int as pending, (count(*) filter (where state = 'in_flight'))::int as in_flight,
       min(created_at) as oldest, min(next_at) as next,
       (select coalesce(sum(attempts), 0)::int from endpoint_minutes where endpoint_id = $1 and minute > now() - interval '${WINDOW_MINUTES} minutes') as attempts,
       (select coalesce(sum(failures), 0)::int from endpoint_minutes where endpoint_id = $1 and minute > now() - interval '${WINDOW_MINUTES} minutes') as failures
     from deliveries where endpoint_id = $1 and account_id = $2 and channel = 'callback' and delivered_at is null
       and state in ('held', 'retrying', 'pending', 'in_flight')`,
    [endpointId, accountId],
  );
  return found ?? { held: 0, retrying: 0, pending: 0, in_flight: 0, oldest: null, next: null, attempts: 0, failures: 0 };
}

const lastHourAt = (sql: Sql, endpointId: string) =>
  rows<{ at: Date; attempts: number; failures: number }>(
    sql,
    `select minute as at, attempts, failures from endpoint_minutes
     where endpoint_id = $1 and minute > now() - interval '1 hour' order by minute`,
    [endpointId],
  );

/** The last failure as its customer may see it. */
export const lastFailureView = (failure: LastFailure | null | undefined): z.infer<typeof LastFailureView> =>
  failure ? { ...failure, class: classForCustomer(failure.class, failure.status) } : null;

function placesNow({ health: state, slowStart }: CallbackEndpoint): number {
  if (state === 'healthy') return PLACES;
  return state === 'recovering' ? slowStart : state === 'open' ? 1 : 0;
}

const at = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export const endpointHealth = ({ db }: ApiServices) =>
  forAccounts().openapi(health, async (c) => {
    const account = c.get('account').id;
    const { endpoint } = await findEndpoint(db, c.req.valid('param').id, account);
    const waiting = await waitingAt(db.pool, endpoint.id, account);
    const lastHour = await lastHourAt(db.pool, endpoint.id);
    const track = endpoint.track ?? newHealth(endpoint.createdAt.getTime());
    const lastFailure = endpoint.lastFailure ?? null;
    const failing = track.state === 'open' || track.state === 'recovering' ? track.failingSince : null;
    return c.json(
      {
        id: endpoint.id,
        health: healthOf(endpoint),
        since: new Date(track.since).toISOString(),
        waiting: { held: waiting.held, retrying: waiting.retrying, pending: waiting.pending, inFlight: waiting.in_flight },
        oldestWaitingSince: iso(waiting.oldest),
        lastSuccessAt: at(track.lastSuccessAt),
        lastFailure: lastFailureView(lastFailure),
        misconfigured: track.failures > 0 && lastFailure !== null && isConfigurationError(lastFailure.class, lastFailure.status),
        failuresInARow: track.failures,
        window: { minutes: WINDOW_MINUTES, attempts: waiting.attempts, failures: waiting.failures },
        lastHour: lastHour.map(({ at: minute, ...counted }) => ({ at: minute.toISOString(), ...counted })),
        nextTryAt: track.state === 'open' ? at(track.nextProbeAt) : iso(waiting.next),
        disabledAt: failing === null ? null : at(Math.max(failing, track.lastSuccessAt ?? 0) + DISABLED_AFTER_MS),
        places: placesNow(endpoint),
      },
      200,
    );
  });
