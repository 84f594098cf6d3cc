import { requireRoom } from '../../database/caps.ts';
import type { PoolClient } from 'pg';
import { readSecrets, rotated, writeSecrets } from '../../webhook-client/signing-secrets.ts';
import {
  addEndpoint,
  deleteEndpoint,
  giveUpHeld,
  lockEndpoint,
  setEndpoint,
  setEndpointSecrets,
} from '../../database/callbacks/change-endpoint.ts';
import { changeHealth } from '../../database/callbacks/endpoint-health.ts';
import type { Secrets } from '../../database/secrets.ts';
import type { HealthEvent, HealthState } from '../../domain/callbacks/endpoint-health.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import { OCTOPUSH_TYPES, type CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import { faultOf } from '../../domain/callbacks/retry-schedule.ts';
import type { ReplyChange } from './setting-change.ts';
import { existing } from '../http/problem.ts';
import { DAY_MS, HOUR_MS } from '../../domain/durations.ts';

type Of<K extends ReplyChange['kind']> = Extract<ReplyChange, { kind: K }>;
/** Whether the endpoint's run is to be woken after the commit. */
type Recovers = boolean;

export async function makeEndpoint(
  client: PoolClient,
  account: string,
  { fields }: Of<'endpoint-new'>,
  fresh: { id: string; secrets: Buffer },
): Promise<void> {
  await requireRoom(client, 'endpoints', { accountId: account });
  checkSchedule(fields.schedule);
  checkFormat(fields.format, fields.types);
  await addEndpoint(client, { ...fresh, accountId: account }, { ...fields, schedule: inMs(fields.schedule) });
}

/** Setting the URL resumes what a 410 held. */
export async function changeEndpoint(
  client: PoolClient,
  account: string,
  { endpoint: id, fields }: Of<'endpoint-change'>,
): Promise<Recovers> {
  const endpoint = await lock(client, account, id);
  checkSchedule(fields.schedule);
  const changed = merged(endpoint, fields);
  checkFormat(changed.format, changed.types);
  if (changed.url !== endpoint.url && endpoint.scope === 'campaigns') throw namedByCampaigns();
  await setEndpoint(client, id, changed);
  if (fields.url === undefined || endpoint.health !== 'gone') return false;
  await changeHealth(client, id, { kind: 'enabled' });
  return true;
}

const merged = (endpoint: Awaited<ReturnType<typeof lock>>, fields: Of<'endpoint-change'>['fields']) => ({
  url: fields.url ?? endpoint.url,
  description: fields.description ?? endpoint.description,
  types: fields.types ?? endpoint.types,
  format: fields.format ?? endpoint.format,
  fallbackUrl: fields.fallbackUrl === undefined ? endpoint.fallbackUrl : fields.fallbackUrl,
  ordered: fields.ordered ?? endpoint.ordered,
  timeoutMs: fields.timeoutMs ?? endpoint.timeoutMs,
  schedule: fields.schedule === undefined ? endpoint.schedule : inMs(fields.schedule),
});

export async function removeEndpoint(client: PoolClient, account: string, id: string): Promise<void> {
  await lock(client, account, id);
  await deleteEndpoint(client, id);
}

/** The old secrets sign for a while too. Returns when the last of them ends. */
export async function rotateSecret(
  client: PoolClient,
  account: string,
  { endpoint: id, overlapHours }: Of<'secret-rotate'>,
  { secret, secrets }: { secret: string; secrets: Secrets },
): Promise<string | null> {
  const endpoint = await lock(client, account, id);
  const made = rotated(readSecrets(secrets.open(endpoint.secrets)), new Date(), overlapHours * HOUR_MS, secret);
  await setEndpointSecrets(client, id, secrets.seal(writeSecrets(made.secrets)));
  return (
    made.secrets
      .flatMap(({ until }) => until ?? [])
      .toSorted()
      .at(-1) ?? null
  );
}

/** The states in which each action is allowed. */
const MAY = {
  'endpoint-pause': { happened: { kind: 'paused' }, in: ['healthy', 'open', 'recovering', 'paused'] },
  'endpoint-resume': { happened: { kind: 'resumed' }, in: ['paused'] },
  'endpoint-enable': { happened: { kind: 'enabled' }, in: ['open', 'disabled', 'gone'] },
} as const satisfies Record<string, { happened: HealthEvent; in: readonly HealthState[] }>;

export async function changeState(
  client: PoolClient,
  account: string,
  change: Of<'endpoint-pause'> | Of<'endpoint-resume'> | Of<'endpoint-enable'>,
): Promise<void> {
  const { id } = await lock(client, account, change.endpoint);
  const before = change.kind === 'endpoint-enable' ? giveUpBefore(change.held) : undefined;
  const { happened, in: states } = MAY[change.kind];
  const changed = existing(await changeHealth(client, id, happened));
  const { state } = changed.before;
  if (!states.some((each) => each === state)) throw new AppError('conflict', said('endpoint-state', { state, hint: state }));
  if (before !== undefined) await giveUpHeld(client, account, id, before);
}

async function lock(client: PoolClient, account: string, id: string) {
  return existing(await lockEndpoint(client, account, id));
}

function giveUpBefore({ resume, since }: Of<'endpoint-enable'>['held']): Date | undefined {
  switch (resume) {
    case 'all':
      return undefined;
    case 'none':
      return new Date(Date.now() + DAY_MS);
    case 'since':
      if (since !== undefined) return new Date(since);
      throw invalidRequest(fault('since', 'since-missing'));
    default:
      return resume satisfies never;
  }
}

const inMs = (seconds: number[] | null): number[] | null => seconds?.map((each) => each * 1000) ?? null;

function checkSchedule(seconds: number[] | null | undefined): void {
  const found = seconds ? faultOf(seconds.map((each) => each * 1000)) : null;
  if (found) throw invalidRequest({ field: 'schedule', ...found });
}

const namedByCampaigns = (): AppError => new AppError('conflict', null, [fault('url', 'named-by-campaigns')]);

function checkFormat(format: CallbackFormat, types: readonly string[]): void {
  const odd = format === 'standard' ? [] : types.filter((type) => !OCTOPUSH_TYPES.has(type));
  if (odd.length === 0) return;
  throw invalidRequest(fault('types', 'types-without-form', { types: odd, format, known: [...OCTOPUSH_TYPES] }));
}
