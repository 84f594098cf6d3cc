import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { WebhookRequest } from '../../carriers/carrier.ts';
import { webhookUrl } from '../../carriers/webhook-url.ts';
import { Carrier } from '../../database/carriers/carrier.ts';
import { noteRefused } from '../../database/carriers/refused-webhooks.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { limitBody } from '../http/body.ts';
import type { ApiEnv, ApiServices } from '../services.ts';
import { forAnyone } from '../http/route.ts';

const MOST_OCTETS = 1_048_576;
const A_UUID = z.uuid();

/**
 * Receives replies and receipts: 200 after the commit, 503 while the database is unreachable, so that carriers try again. No key:
 * each kind of carrier verifies its own signature.
 */
export const webhooks = ({ db, secrets, registry, ingestWebhook, publicUrl }: ApiServices) => {
  async function take(c: Context<ApiEnv>): Promise<Response> {
    const id = A_UUID.safeParse(c.req.param('carrierId'));
    const carrier = id.success ? await db.em().findOne(Carrier, { id: id.data }) : null;
    const kind = carrier === null ? undefined : registry[carrier.type];
    if (!carrier || !kind?.parseWebhook) throw new AppError('not-found', said('no-carrier-webhook'));

    const sealed: unknown = JSON.parse(secrets.open(carrier.secrets));
    const settings = kind.settings.parse({ ...carrier.settings, ...z.record(z.string(), z.unknown()).parse(sealed) });
    const address = webhookUrl(publicUrl, carrier.id);
    const url = address === null ? c.req.url : `${address}${new URL(c.req.url).search}`;
    const content = kind.parseWebhook(settings, await requestOf(c, url));
    switch (content.kind) {
      case 'forged':
        c.get('log').warn({ carrierId: carrier.id, reason: content.reason }, 'a webhook is not the carrier’s');
        await noteRefused(db.pool, carrier.id);
        throw new AppError('unauthenticated', said('not-signed'));
      case 'unreadable':
        c.get('log').warn({ carrierId: carrier.id, reason: content.reason }, 'a webhook can not be read');
        throw new AppError('invalid-request', said('unreadable-webhook', { reason: content.reason }));
      case 'content':
        if (content.odd && content.odd.length > 0)
          c.get('log').warn(
            { carrierId: carrier.id, statuses: content.odd },
            'a carrier tells of messages by a word that is not known',
          );
        await ingestWebhook(carrier.id, content);
        return c.body(null, 200);
      default:
        return content satisfies never;
    }
  }

  return forAnyone().use('/:carrierId', limitBody(MOST_OCTETS)).on(['POST', 'PUT', 'GET'], '/:carrierId', take);
};

async function requestOf(c: Context<ApiEnv>, url: string): Promise<WebhookRequest> {
  return {
    url,
    method: c.req.method,
    query: c.req.query(),
    headers: c.req.header(),
    body: new Uint8Array(await c.req.arrayBuffer()),
    receivedAt: new Date(),
  };
}
