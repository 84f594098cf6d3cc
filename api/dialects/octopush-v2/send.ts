import { z } from 'zod';
import type { ApiServices, CallingAccount } from '../../services.ts';
import { acceptForeignSend, type ForeignRecipient, type ForeignSend } from '../accept-foreign-send.ts';
import { euros, shownCredit } from '../foreign-credit.ts';
import { isOff, isOn, nameOf, requestIdOf, senderOf, textOf, timeOf, valueOf } from '../octopush/read-values.ts';
import { codeOf, OctopushError } from '../octopush/refusals.ts';

const MOST_RECIPIENTS = 500;
const MOST_TEXT = 1224;
const TAGS = ['first_name', 'last_name', 'param1', 'param2', 'param3', 'param4', 'param5'];
const TAG = new RegExp(`\\{(${TAGS.join('|')})\\}`, 'g');

const AnyObject = z.record(z.string(), z.unknown());
export type Fields = z.infer<typeof AnyObject>;

/** A JSON object with any fields. Throws for anything else. */
export function objectOf(value: unknown): Fields {
  const read = AnyObject.safeParse(value);
  if (!read.success) throw new OctopushError(100);
  return read.data;
}

/** Plain numbers, or objects with tag values. */
function recipientsOf(value: unknown): ForeignRecipient[] {
  if (!Array.isArray(value) || value.length === 0) throw new OctopushError(110);
  if (value.length > MOST_RECIPIENTS) throw new OctopushError(305);
  return value.map((each: unknown) => {
    const fields = AnyObject.safeParse(each).data ?? { phone_number: each };
    const values = Object.fromEntries(TAGS.map((tag) => [tag, valueOf(fields[tag])]));
    return { phone: textOf(fields['phone_number']), values };
  });
}

/** The text of a send. Throws for an empty or too long one. */
export function messageOf(value: unknown): string {
  const text = textOf(value);
  if (text.trim() === '') throw new OctopushError(107);
  if (Array.from(text).length > MOST_TEXT) throw new OctopushError(189);
  return text;
}

/** Optional fields may be missing, null or text. */
export function readSend(body: Fields): Omit<ForeignSend, 'recipients'> {
  const text = messageOf(body['text']);
  const route = textOf(body['type'] ?? body['sms_type']) === 'sms_low_cost' ? 'lowcost' : 'premium';
  return {
    generation: 'v2',
    name: nameOf(body['list_name'], text),
    route,
    text,
    fill: (written, values) => written.replaceAll(TAG, (_, tag: string) => values[tag] ?? ''),
    ...senderOf(body['sender'], route),
    purpose: textOf(body['purpose']).trim().toLowerCase() === 'alert' ? 'transactional' : 'marketing',
    withReplies: isOn(body['with_replies']),
    sendAt: timeOf(body['send_at']),
    optimise: !isOff(body['auto_optimize_text']),
    simulation: isOn(body['simulation_mode']),
    requestId: requestIdOf(body['request_id']),
  };
}

export async function accept(services: ApiServices, account: CallingAccount, asked: ForeignSend) {
  const accepted = await acceptForeignSend(services, account, asked);
  if ('refused' in accepted) throw new OctopushError(codeOf(accepted.refused, 'v2', asked.route), accepted.detail);
  return {
    sms_ticket: accepted.ticket,
    number_of_contacts: accepted.taken.length,
    total_cost: euros(accepted.costMicros),
    number_of_sms_needed: accepted.segments,
    residual_credit: euros(shownCredit(services, accepted.left)),
  };
}

/** `POST /sms-campaign/send`. */
export const sendCampaign = (services: ApiServices, account: CallingAccount, body: Fields) =>
  accept(services, account, { ...readSend(body), recipients: recipientsOf(body['recipients']) });

/** One client requires 201, another 200; only the latter names the type `sms_type`. */
export const sentStatus = (body: Fields): 200 | 201 => ('sms_type' in body && !('type' in body) ? 200 : 201);
