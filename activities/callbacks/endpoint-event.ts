import type { PoolClient } from 'pg';
import type { EventType } from '../../domain/callbacks/event-types.ts';
import type { NewEvent } from '../../database/callbacks/emit-events.ts';
import type { EndpointHealth } from '../../database/callbacks/endpoint-health.ts';
import { rows } from '../../database/sql.ts';
import { classForCustomer } from '../../domain/callbacks/attempt-class.ts';

/** A health change; `mistaken`: tell the owner of a faulty set-up. */
export type Turn = { before: EndpointHealth; now: EndpointHealth; mistaken: boolean };

type Reason = 'configuration' | 'unreachable' | 'no-success-for-five-days' | 'gone' | 'recovered';
/** One change worth an event and a notice. */
export type HealthNews = { turn: Turn; type: EventType; reason: Reason };

/** Events and notices of a change: one per change, not per attempt. */
export function tellings(turn: Turn): HealthNews[] {
  const { before, now, mistaken } = turn;
  const told: HealthNews[] = [];
  if (mistaken) told.push({ turn, type: 'endpoint.failing', reason: 'configuration' });
  if (now.health.told > before.health.told) told.push({ turn, type: 'endpoint.failing', reason: 'unreachable' });
  if (now.health.state !== before.health.state) {
    if (now.health.state === 'disabled') told.push({ turn, type: 'endpoint.disabled', reason: 'no-success-for-five-days' });
    if (now.health.state === 'gone') told.push({ turn, type: 'endpoint.disabled', reason: 'gone' });
    if (now.health.state === 'healthy' && before.health.told > 0)
      told.push({ turn, type: 'endpoint.recovered', reason: 'recovered' });
  }
  return told;
}

/** The event for the account's other endpoints. */
export async function endpointEvents(client: PoolClient, told: HealthNews[]): Promise<NewEvent[]> {
  const found = await rows<{ id: string; url: string; description: string }>(
    client,
    `select id, url, description from callback_endpoints where id = any($1::uuid[])`,
    [told.map((each) => each.turn.now.id)],
  );
  const byId = new Map(found.map((row) => [row.id, row]));
  return told.map(({ turn: { now }, type, reason }) => ({
    accountId: now.accountId,
    type,
    exceptEndpoint: now.id,
    data: {
      endpoint: { id: now.id, url: byId.get(now.id)?.url ?? null, description: byId.get(now.id)?.description ?? null },
      reason,
      health: now.health.state,
      since: new Date(now.health.openedAt ?? now.health.since).toISOString(),
      lastFailure: now.lastFailure && {
        ...now.lastFailure,
        class: classForCustomer(now.lastFailure.class, now.lastFailure.status),
      },
    },
  }));
}
