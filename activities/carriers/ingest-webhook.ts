import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { InboundReply, WebhookContent, WebhookReply } from '../../carriers/carrier.ts';
import { isUnreachable, rows, transaction } from '../../database/sql.ts';
import { storeReceipts } from '../sending/ingest-receipts.ts';
import type { OnCallbacksDue } from '../wake-run.ts';
import { adopt } from '../lowcost/match-webhook-copies.ts';
import { contentKey, lockReplies, prefixOf } from '../lowcost/store-polled.ts';
import { insertReplies, readReply, type NewReply } from '../replies/store-replies.ts';

type Deps = { pool: Pool; log: Logger; country: string; deliverReplies: (ids: string[]) => void; onCallbacksDue: OnCallbacksDue };
type Content = Extract<WebhookContent, { kind: 'content' }>;
export type IngestWebhook = (carrierId: string, content: Content) => Promise<void>;

/**
 * Idempotent where the carrier gives ids: commits a webhook's content, then starts its filing run. Rejects only while the
 * database is unreachable; a refused reply is stored as bytes.
 */
export const createWebhookIngest =
  ({ pool, log, country, deliverReplies, onCallbacksDue }: Deps): IngestWebhook =>
  async (carrierId, { replies, receipts, release }) => {
    await storeReceipts(pool, { carrierId, country }, receipts, onCallbacksDue);
    if (replies.length === 0) return;
    const named = await withNumbers(pool, carrierId, replies);
    const whole = named.map((reply, index) => keyed(readReply(reply, country), replies[index]));
    const now = release === 'now';
    const insert = (some: typeof whole) =>
      some.every((reply) => reply.contentKey === null)
        ? insertReplies(pool, carrierId, some, { released: now })
        : transaction(pool, async (client) => {
            await lockReplies(client, carrierId);
            const { adopted, released } = await adopt(client, carrierId, some, now);
            const rest = some.filter((reply) => !adopted.has(reply.externalId));
            return [...released, ...(await insertReplies(client, carrierId, rest, { released: now }))];
          });

    const ids: string[] = [];
    try {
      ids.push(...(await insert(whole)));
    } catch (error) {
      if (isUnreachable(error)) throw error;
      for (const reply of whole) ids.push(...(await insertAlone(reply)));
    }
    if (release === 'now' && ids.length > 0) deliverReplies(ids);

    async function insertAlone(reply: (typeof whole)[number]): Promise<string[]> {
      try {
        return await insert([reply]);
      } catch (error) {
        if (isUnreachable(error)) throw error;
        log.error({ carrierId }, 'a reply could not be stored as text; it is kept as bytes');
        return insert([{ ...reply, externalId: null, text: '', body: reply.body ?? Buffer.from(reply.text) }]);
      }
    }
  };

/** A content key for replies that the gateway's inbox holds too. */
const keyed = (read: NewReply, reply: WebhookReply | undefined): NewReply =>
  reply?.stamp === undefined || typeof reply.to === 'string'
    ? read
    : { ...read, contentKey: contentKey({ port: reply.to.port, from: reply.from, text: read.text, stamp: reply.stamp }) };

/** Gateways name the slot of a SIM; its number is the platform's. */
async function withNumbers(pool: Pool, carrierId: string, replies: WebhookReply[]): Promise<InboundReply[]> {
  const [device] = replies.some(({ inbox }) => inbox)
    ? await rows<{ serial: string | null; generation: number | null }>(
        pool,
        `select sync_cursor->>'serial' as serial, (sync_cursor->>'generation')::int as generation from carriers where id = $1`,
        [carrierId],
      )
    : [];
  // The same id as the nightly sync stores. After a reset the sync starts a generation and reads from the first id.
  const idOf = ({ inbox, externalId }: WebhookReply): string | null =>
    inbox
      ? `${prefixOf({ serial: inbox.serial, generation: (device?.serial === inbox.serial && device.generation) || 1 })}${inbox.id}`
      : externalId;
  const sims = replies.some(({ to }) => typeof to !== 'string')
    ? await rows<{ port: number; number: string }>(
        pool,
        'select port, number from numbers where carrier_id = $1 and port is not null',
        [carrierId],
      )
    : [];
  const numberOf = (port: number) => sims.find((sim) => sim.port === port)?.number ?? `port ${port}`;
  return replies.map((reply) => ({
    ...reply,
    externalId: idOf(reply),
    part: null,
    to: typeof reply.to === 'string' ? reply.to : numberOf(reply.to.port),
  }));
}
