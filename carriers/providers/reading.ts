import type { InboundReceipt, ReceiptStatus, WebhookReply, WebhookRequest } from '../carrier.ts';
import { textAt } from '../http/template.ts';
import { same, timeOf, UUID } from '../http/webhook.ts';

// Shared by the requests of all providers.

export const formOf = ({ body }: WebhookRequest): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body)));

/** For providers that sign nothing: the secret is the Basic password or, failing that, in the address. */
export function forgedSecret(secret: string, { headers, query }: WebhookRequest): string | null {
  const [, basic = ''] = /^Basic +(.+)$/i.exec(headers['authorization'] ?? '') ?? [];
  const password = Buffer.from(basic, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
  return same(password, secret) || same(query['secret'], secret) ? null : 'the secret is wrong';
}

/** Numbers arrive without +; short codes have none. */
export const withPlus = (number: string): string => (/^[1-9]\d{7,14}$/.test(number) ? `+${number}` : number);

/** Null if a required field is missing. Times without a zone are UTC. */
export function replyOf(
  item: unknown,
  paths: { id: string; from: string; to: string; text: string; at?: string },
  receivedAt: Date,
): WebhookReply | null {
  const [id, from, to] = [textAt(item, paths.id), textAt(item, paths.from), textAt(item, paths.to)];
  if (id === undefined || from === undefined || to === undefined) return null;
  const told = timeOf(textAt(item, paths.at), 'UTC');
  return {
    externalId: id,
    from: withPlus(from),
    to: withPlus(to),
    body: Buffer.from(textAt(item, paths.text) ?? ''),
    encoding: 'utf8',
    receivedAt: told ?? receivedAt,
    precision: told ? 'second' : 'ours',
  };
}

/** `statuses`: null for no news. An unlisted word is returned in `odd`. */
export function receiptOf(
  item: unknown,
  paths: { reference: string; messageId?: string; status: string; error: string; at?: string },
  statuses: Record<string, ReceiptStatus | null>,
  receivedAt: Date,
): { receipts: InboundReceipt[]; odd: string[] } {
  const [reference, word] = [textAt(item, paths.reference), textAt(item, paths.status)];
  const status = word !== undefined && Object.hasOwn(statuses, word) ? statuses[word] : undefined;
  if (reference === undefined || word === undefined || status === undefined)
    return { receipts: [], odd: word === undefined ? [] : [word.slice(0, 40)] };
  if (status === null) return { receipts: [], odd: [] };
  const messageId = textAt(item, paths.messageId);
  const receipt = {
    reference,
    messageId: messageId !== undefined && UUID.test(messageId) ? messageId : null,
    from: '',
    to: '',
    status,
    error: textAt(item, paths.error) ?? null,
    at: timeOf(textAt(item, paths.at), 'UTC') ?? receivedAt,
  };
  return { receipts: [receipt], odd: [] };
}
