import type { PoolClient } from 'pg';
import type { TwoWay } from '../../domain/sending/sender-policy.ts';
import type { TwoWayStep } from '../account.ts';
import { emitEvents } from '../callbacks/emit-events.ts';
import { oweNotice } from '../mail/notice.ts';
import { affected, rows } from '../sql.ts';

/** An account, locked until commit. */
export async function lockTwoWay(client: PoolClient, accountId: string): Promise<{ name: string; twoWay: TwoWay } | undefined> {
  const [found] = await rows<{ name: string; twoWay: TwoWay }>(
    client,
    'select name, two_way as "twoWay" from accounts where id = $1 for update',
    [accountId],
  );
  return found;
}

/** Stores the next step, which is also the new state. */
export async function addTwoWayStep(client: PoolClient, accountId: string, step: TwoWayStep): Promise<void> {
  await affected(
    client,
    'update accounts set two_way = $2, two_way_history = two_way_history || jsonb_build_array($3::jsonb) where id = $1',
    [accountId, step.state, JSON.stringify(step)],
  );
}

const TOLD = {
  on: { type: 'two-way.enabled', kind: 'two-way-enabled' },
  refused: { type: 'two-way.refused', kind: 'two-way-refused' },
  off: { type: 'two-way.disabled', kind: 'two-way-disabled' },
} as const;

/** Owes an event and a mail about an operator's decision. Wake both runs after the commit. */
export async function tellTwoWay(client: PoolClient, accountId: string, state: keyof typeof TOLD, reason: string): Promise<void> {
  const { type, kind } = TOLD[state];
  await oweNotice(client, { to: { accountId }, kind, data: { reason } });
  await emitEvents(client, [{ accountId, type, data: { twoWay: state, reason } }], null);
}

/**
 * Has an account's hidden replies filed, including later ones to messages sent until now. Returns how many; `heldReplies` lists
 * them after the commit.
 */
export async function releaseHeld(client: PoolClient, accountId: string): Promise<number> {
  await affected(client, 'update accounts set held_released_at = now() where id = $1', [accountId]);
  return affected(
    client,
    'update replies set unhide = true, filed_at = null, handed_at = null where account_id = $1 and hidden and filed_at is not null',
    [accountId],
  );
}
