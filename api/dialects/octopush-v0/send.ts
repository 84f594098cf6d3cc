import type { ApiServices, CallingAccount } from '../../services.ts';
import { acceptForeignSend, type ForeignRecipient, type ForeignSend } from '../accept-foreign-send.ts';
import { euros, shownCredit } from '../foreign-credit.ts';
import { isOn, laterOnly, nameOf, requestIdOf, senderOf, textOf, valueOf } from '../octopush/read-values.ts';
import { codeOf, OctopushError } from '../octopush/refusals.ts';
import { codeText } from './answers.ts';
import { checkSha1, type Parameters } from './parameters.ts';

const MOST_TEXT = 459;
const ROUTES: Record<string, ForeignSend['route']> = { XXX: 'lowcost', FR: 'premium', WWW: 'premium' };
/** Parallel lists of values, by tag. */
const LISTS = {
  prenom: 'recipients_first_names',
  nom: 'recipients_last_names',
  ch1: 'sms_fields_1',
  ch2: 'sms_fields_2',
  ch3: 'sms_fields_3',
} as const;
const TAG = /\{(prenom|nom|ch[1-3])\}|\((ch[1-3])\)/g;
/** Shop modules use these for names when they send no fields. */
const IN_ROUND: Record<string, string> = { ch1: 'prenom', ch2: 'nom' };

const fill: ForeignSend['fill'] = (text, values) =>
  text.replaceAll(TAG, (_, braced: string | undefined, round = '') =>
    braced === undefined ? values[round] || values[IN_ROUND[round] ?? ''] || '' : (values[braced] ?? ''),
  );

/** Recipients with their values. Throws for a list of another length; empty lists are ignored. */
function recipientsOf(sent: Parameters): ForeignRecipient[] {
  const phones = textOf(sent['sms_recipients'])
    .split(',')
    .map((phone) => phone.trim());
  while (phones.at(-1) === '') phones.pop();
  if (phones.length === 0) throw new OctopushError(110);
  const recipients: ForeignRecipient[] = phones.map((phone) => ({ phone, values: {} }));
  for (const [tag, field] of Object.entries(LISTS)) {
    const list = textOf(sent[field]);
    if (list === '') continue;
    const values = list.split(',');
    if (values.length !== phones.length) throw new OctopushError(115);
    for (const [index, recipient] of recipients.entries()) recipient.values[tag] = valueOf(values[index]).trim();
  }
  return recipients;
}

/** `sending_time`, or `sending_date` under `sms_mode` 2; null for at once. */
function timeOf({ sending_time: time, sending_date: date, sms_mode: mode }: Parameters): Date | null {
  const seconds = Number(time || (mode?.trim() === '2' ? date : ''));
  return Number.isFinite(seconds) && seconds > 0 ? laterOnly(seconds * 1000) : null;
}

function readSend(sent: Parameters): ForeignSend {
  checkSha1(sent);
  const text = textOf(sent['sms_text']);
  if (text.trim() === '') throw new OctopushError(107);
  const recipients = recipientsOf(sent);
  const route = ROUTES[textOf(sent['sms_type']).trim().toUpperCase()];
  if (route === undefined) throw new OctopushError(112);
  if (Array.from(text).length > MOST_TEXT) throw new OctopushError(119);
  return {
    generation: 'v0',
    name: nameOf(undefined, text),
    route,
    text,
    fill,
    ...senderOf(sent['sms_sender'], route, isOn(sent['msisdn_sender'])),
    purpose: isOn(sent['transactional']) ? 'transactional' : 'marketing',
    // Lowcost recipients can always reply.
    withReplies: route === 'premium' && isOn(sent['with_replies']),
    sendAt: timeOf(sent),
    optimise: false,
    simulation: textOf(sent['request_mode']).trim() === 'simu',
    requestId: requestIdOf(sent['request_id']),
    recipients,
  };
}

const rounded = (micros: number, digits: number): number => Number(euros(micros).toFixed(digits));

/** `/api/sms`: the answer as plain data. */
export async function send(services: ApiServices, account: CallingAccount, sent: Parameters) {
  const asked = readSend(sent);
  const accepted = await acceptForeignSend(services, account, asked);
  if ('refused' in accepted) throw new OctopushError(codeOf(accepted.refused, 'v0', asked.route), accepted.detail);
  return {
    cost: rounded(accepted.costMicros, 4),
    balance: rounded(shownCredit(services, accepted.left), 2),
    ticket: accepted.ticket,
    sending_date: Math.floor((asked.sendAt?.getTime() ?? Date.now()) / 1000),
    number_of_sendings: accepted.taken.length,
    currency_code: '€',
    successs: accepted.taken.map(({ to, country, costMicros, segments }) => ({
      recipient: to,
      country_code: country,
      cost: rounded(costMicros ?? 0, 4),
      sms_needed: segments,
    })),
    failures: accepted.failed.map(({ phone, why }) => ({
      error_code: codeText(codeOf(why, 'v0', asked.route)),
      recipient: phone,
    })),
  };
}
export type Sent = Awaited<ReturnType<typeof send>>;
