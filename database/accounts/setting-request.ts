import { defineEntity, p } from '@mikro-orm/core';
import type { PoolClient } from 'pg';
import type { ReplyChangeKind, SettingRequestState } from '../../domain/accounts/setting-change.ts';
import { newId } from '../ids.ts';
import { affected, rows } from '../sql.ts';

/** A change of reply settings that a V0 account requested. */
const SettingRequestSchema = defineEntity({
  name: 'SettingRequest',
  tableName: 'setting_requests',
  indexes: [{ properties: ['accountId', 'id'] }, { properties: ['state', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    kind: p.text().$type<ReplyChangeKind>(),
    /** As V2 would send it. */
    change: p.json<Record<string, unknown>>(),
    /** What it changes: requests about one target are decided in order. Null for a new one. */
    target: p.text().nullable(),
    /** Its signing secret, sealed, until decided. */
    secret: p.blob().nullable(),
    state: p.text().$type<SettingRequestState>(),
    requestedAt: p.datetime(3),
    requestedBy: p.text(),
    decidedAt: p.datetime(3).nullable(),
    decidedBy: p.text().nullable(),
    /** Reason of a refusal. */
    reason: p.text().nullable(),
    /** The endpoint it changes or creates. */
    endpointId: p.uuid().nullable(),
  },
});
export class SettingRequest extends SettingRequestSchema.class {}
SettingRequestSchema.setClass(SettingRequest);

type New = {
  accountId: string;
  kind: ReplyChangeKind;
  change: Record<string, unknown>;
  target: string | null;
  endpointId: string | null;
  secret: Buffer | null;
  by: string;
};

/** Stores a request; null when `most` already wait. The caller holds the account's lock. */
export async function addSettingRequest(client: PoolClient, request: New, most: number): Promise<string | null> {
  const id = newId();
  const added = await affected(
    client,
    `insert into setting_requests (id, account_id, kind, change, target, endpoint_id, secret, state, requested_at, requested_by)
     select $id, $accountId, $kind, $change, $target, $endpointId, $secret, 'waiting', now(), $by
     where (select count(*) from setting_requests where account_id = $accountId and state = 'waiting') < $most`,
    { ...request, id, change: JSON.stringify(request.change), most },
  );
  return added === 1 ? id : null;
}

export type LockedRequest = {
  id: string;
  kind: ReplyChangeKind;
  state: SettingRequestState;
  change: unknown;
  secret: Buffer | null;
  endpointId: string | null;
  /** Whether an earlier one about the same target waits. */
  behind: boolean;
};

/** An account's request, locked until commit. */
export async function lockSettingRequest(client: PoolClient, accountId: string, id: string): Promise<LockedRequest | undefined> {
  const [found] = await rows<LockedRequest>(
    client,
    `select id, kind, state, change, secret, endpoint_id as "endpointId", exists (
       select from setting_requests e where e.account_id = r.account_id and e.target = r.target and e.state = 'waiting' and e.id < r.id
     ) as behind
     from setting_requests r where id = $1 and account_id = $2 for update`,
    [id, accountId],
  );
  return found;
}

type End = { id: string; state: 'done' | 'refused' | 'withdrawn'; by: string; reason: string | null };

/** Stores the decision. Its secret now belongs to the endpoint, or is dropped. */
export const endSettingRequest = async (client: PoolClient, { id, state, by, reason }: End): Promise<void> =>
  void (await affected(
    client,
    `update setting_requests set state = $2, decided_at = now(), decided_by = $3, reason = $4, secret = null
     where id = $1`,
    [id, state, by, reason],
  ));
