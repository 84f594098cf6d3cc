import type { WebhookContent, WebhookRequest } from '../carrier.ts';
import { readJson } from '../http/answer.ts';
import { forgedSecret } from '../providers/reading.ts';
import { readPushed } from './incoming.ts';
import type { DinstarSettings } from './settings.ts';

/**
 * Reads the device's push of incoming SMS. The inbox holds them under the same ids: anything lost, or without id, is read there.
 * Other pushes (results, calls, SIMs) are only acknowledged.
 */
export function parseWebhook(
  { pushSecret, immediate, deviceTimeZone }: DinstarSettings,
  request: WebhookRequest,
): WebhookContent {
  if (pushSecret === undefined) return { kind: 'forged', reason: 'no push is agreed with this gateway' };
  const forged = forgedSecret(pushSecret, request);
  if (forged !== null) return { kind: 'forged', reason: forged };
  const pushed = readPushed(readJson(new TextDecoder().decode(request.body)), deviceTimeZone, request.receivedAt);
  if (pushed === null) return { kind: 'unreadable', reason: 'not of the form that the gateway pushes' };
  return {
    kind: 'content',
    replies: pushed.replies.map(({ id, port, ...reply }) => ({ ...reply, to: { port }, inbox: { serial: pushed.serial, id } })),
    receipts: [],
    release: immediate ? 'now' : 'sync',
  };
}
