import type { PoolClient } from 'pg';
import { rows } from '../../database/sql.ts';
import type { NewNotice } from '../../database/mail/notice.ts';
import { classForCustomer } from '../../domain/callbacks/attempt-class.ts';
import { ALARMS, DISABLED_AFTER_MS } from '../../domain/callbacks/endpoint-health.ts';
import type { Notice } from '../../domain/mail/notice.ts';
import type { HealthNews } from './endpoint-event.ts';

const OWED = `select e.id, e.url, (
    select count(*)::int from deliveries d where d.endpoint_id = e.id and d.channel = 'callback' and d.delivered_at is null
      and d.state in ('pending', 'retrying', 'held') and e.id = any($2::uuid[])
  ) as owed
  from callback_endpoints e where e.id = any($1::uuid[])`;

/** The last alarm before an endpoint is disabled includes the backlog. */
const isLastAlarm = ({ turn, reason }: HealthNews): boolean => reason === 'unreachable' && turn.now.health.told >= ALARMS.length;

export async function endpointNotices(client: PoolClient, told: HealthNews[]): Promise<NewNotice[]> {
  const ids = told.map((each) => each.turn.now.id);
  const found = await rows<{ id: string; url: string; owed: number }>(client, OWED, [
    ids,
    told.filter(isLastAlarm).map((each) => each.turn.now.id),
  ]);
  const byId = new Map(found.map((row) => [row.id, row]));
  return told.map((each) => {
    const { id, accountId } = each.turn.now;
    const { url = '', owed = 0 } = byId.get(id) ?? {};
    return { to: { accountId }, ...noticeOf(each, url, owed) };
  });
}

function noticeOf(told: HealthNews, url: string, owed: number): Notice {
  const { health, lastFailure } = told.turn.now;
  switch (told.reason) {
    case 'configuration': {
      const { class: kind = '', status = null } = lastFailure ?? {};
      const problem = status === null ? classForCustomer(kind, status) : `HTTP ${status}`;
      return { kind: 'endpoint-misconfigured', data: { url, problem } };
    }
    case 'unreachable': {
      if (!isLastAlarm(told)) {
        const since = new Date(health.openedAt ?? health.since).toISOString();
        return { kind: 'endpoint-failing', data: { url, since } };
      }
      const since = Math.max(health.lastSuccessAt ?? 0, health.failingSince ?? health.since);
      return { kind: 'deliveries-expiring', data: { url, owed, at: new Date(since + DISABLED_AFTER_MS).toISOString() } };
    }
    case 'no-success-for-five-days':
    case 'gone':
      return { kind: 'endpoint-disabled', data: { url, reason: told.reason } };
    case 'recovered':
      return { kind: 'endpoint-recovered', data: { url } };
    default:
      return told.reason satisfies never;
  }
}
