import type { Pool, PoolClient } from 'pg';
import type { CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import type { HealthState } from '../../domain/callbacks/endpoint-health.ts';
import type { EndpointScope } from './callback-endpoint.ts';
import { affected, rows } from '../sql.ts';

/** The owner's settings. `schedule` in ms, null for the standard. */
export type EndpointSettings = {
  url: string;
  description: string;
  types: string[];
  format: CallbackFormat;
  fallbackUrl: string | null;
  ordered: boolean;
  timeoutMs: number;
  schedule: number[] | null;
};

export type LockedEndpoint = EndpointSettings & { id: string; scope: EndpointScope; health: HealthState; secrets: Buffer };

/** An account's live endpoint, locked until commit. */
export async function lockEndpoint(client: PoolClient, accountId: string, id: string): Promise<LockedEndpoint | undefined> {
  const [found] = await rows<LockedEndpoint>(
    client,
    `select id, scope, health, secrets, url, description, types, format, fallback_url as "fallbackUrl", ordered,
       timeout_ms as "timeoutMs", schedule
     from callback_endpoints where id = $1 and account_id = $2 and deleted_at is null for no key update`,
    [id, accountId],
  );
  return found;
}

const valuesOf = (settings: EndpointSettings) => ({
  ...settings,
  schedule: settings.schedule === null ? null : JSON.stringify(settings.schedule),
});

/** A new account-wide endpoint; `secrets` are sealed. */
export const addEndpoint = async (
  client: PoolClient,
  { id, accountId, secrets }: { id: string; accountId: string; secrets: Buffer },
  settings: EndpointSettings,
): Promise<void> =>
  void (await affected(
    client,
    `insert into callback_endpoints (url, description, types, format, fallback_url, ordered, timeout_ms, schedule, id, account_id, secrets, created_at)
     values ($url, $description, $types, $format, $fallbackUrl, $ordered, $timeoutMs, $schedule,
       $id, $accountId, $secrets, now())`,
    { ...valuesOf(settings), id, accountId, secrets },
  ));

export const setEndpoint = async (client: PoolClient, id: string, settings: EndpointSettings): Promise<void> =>
  void (await affected(
    client,
    `update callback_endpoints set url = $url, description = $description, types = $types, format = $format,
       fallback_url = $fallbackUrl, ordered = $ordered, timeout_ms = $timeoutMs, schedule = $schedule where id = $id`,
    { ...valuesOf(settings), id },
  ));

/** `secrets` are sealed. */
export const setEndpointSecrets = async (client: PoolClient, id: string, secrets: Buffer): Promise<void> =>
  void (await affected(client, 'update callback_endpoints set secrets = $2 where id = $1', [id, secrets]));

/** Deletes it and aborts its deliveries. */
export async function deleteEndpoint(client: PoolClient, id: string): Promise<void> {
  await affected(client, 'update callback_endpoints set deleted_at = now() where id = $1', [id]);
  await affected(
    client,
    `update deliveries set state = case when delivered_at is null then 'aborted' else 'delivered' end, next_at = null, finished_at = now()
     where endpoint_id = $1 and channel = 'callback' and state in ('pending', 'retrying', 'held')`,
    [id],
  );
}

/** Idempotent: aborts deliveries under way when their endpoint was deleted, and owed to it again since. */
export const abortLeft = (pool: Pool): Promise<number> =>
  affected(
    pool,
    `update deliveries d set state = case when d.delivered_at is null then 'aborted' else 'delivered' end, held_reason = null, next_at = null, finished_at = now()
     from callback_endpoints e where e.deleted_at > now() - interval '7 days' and d.endpoint_id = e.id and d.channel = 'callback'
       and d.state in ('pending', 'retrying', 'held')`,
  );

/** Gives up what an endpoint was owed before that time. */
export const giveUpHeld = (client: PoolClient, accountId: string, id: string, before: Date): Promise<number> =>
  affected(
    client,
    `update deliveries set state = case when delivered_at is null then 'aborted' else 'delivered' end, held_reason = null, next_at = null, finished_at = now()
     where endpoint_id = $1 and account_id = $2 and channel = 'callback' and state in ('pending', 'retrying', 'held') and created_at < $3`,
    [id, accountId, before],
  );
