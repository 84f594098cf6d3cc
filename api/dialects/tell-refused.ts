import type { PoolClient } from 'pg';
import { emitEvents, type NewEvent } from '../../database/callbacks/emit-events.ts';
import { newId } from '../../database/ids.ts';
import { affected } from '../../database/sql.ts';
import type { ForeignAccepted } from './accept-foreign-send.ts';

type Told = { accountId: string; ticket: string; campaign: { id: string; name: string } | null; holdSeconds: number };

/**
 * Emits `message.not-sent` for refused recipients whose send went on. Call last in the storing transaction, and wake the callback
 * run after the commit. Returns the accounts to announce.
 */
export async function tellRefused(
  client: PoolClient,
  failed: ForeignAccepted['failed'],
  { accountId, ticket, campaign, holdSeconds }: Told,
): Promise<string[]> {
  const type = 'message.not-sent';
  const at = new Date();
  const events = failed
    .filter(({ number }) => /\d/.test(number))
    .map(({ number, why }): NewEvent => {
      const message = { id: newId(), to: number, state: 'failed', reason: why, sentAt: null, reference: null };
      const status = why === 'bad-number' ? 'BAD_DESTINATION' : 'NOT_ALLOWED';
      return {
        accountId,
        type,
        data: { message, campaign },
        octopush: { kind: 'delivery', ticket, phone: number, status, at },
      };
    });
  const { callbacks, accounts } = await emitEvents(client, events, null);
  await affected(
    client,
    'update deliveries set next_at = clock_timestamp() + make_interval(secs => $2) where id = any($1::uuid[])',
    [callbacks, holdSeconds],
  );
  return accounts;
}
