import type { Context } from 'hono';
import { CallbackEndpoint } from '../../../database/callbacks/callback-endpoint.ts';
import type { EventType } from '../../../domain/callbacks/event-types.ts';
import type { CallbackFormat } from '../../../domain/callbacks/octopush-callback.ts';
import { CallbackUrl, checkCallbackUrl } from '../../reply-settings/callback-url.ts';
import { NewEndpoint } from '../../reply-settings/endpoint-fields.ts';
import type { ReplyChange } from '../../reply-settings/setting-change.ts';
import { changeReplies } from '../../reply-settings/request-setting-change.ts';
import type { AccountEnv, ApiServices } from '../../services.ts';
import { setAnswerEmail } from '../octopush/reply-ways.ts';
import { textOf } from '../octopush/read-values.ts';
import { OctopushError } from '../octopush/refusals.ts';
import { objectOf, type Fields } from './send.ts';

/** The callback addresses and the events of each. */
const ADDRESSES: Record<string, EventType[]> = {
  callback_url_for_inbounds: ['reply.received'],
  callback_url_for_deliveries: ['message.delivered', 'message.undelivered'],
  callback_url_for_blacklisted_numbers: ['contact.opted-out'],
};

const FORMATS: Record<string, CallbackFormat> = { html: 'octopush-form', json: 'octopush-json' };

const endpointsOf = ({ db }: ApiServices, account: string) =>
  db
    .em()
    .find(CallbackEndpoint, { account, deletedAt: null, description: { $in: Object.keys(ADDRESSES) } }, { exclude: ['secrets'] });

/** `PATCH /user/campaign-parameters/edit`: each address is an endpoint known by its description; an empty one is removed. */
export async function editParameters(services: ApiServices, c: Context<AccountEnv>, body: Fields): Promise<void> {
  const fields = fieldsOf(body);
  for (const name of Object.keys(ADDRESSES)) {
    const url = textOf(fields[name]).trim();
    if (url === '') continue;
    if (!CallbackUrl.safeParse(url).success) throw new OctopushError(125, `${name} is not an address.`);
    await checkCallbackUrl(services, name, url);
  }
  const known = await endpointsOf(services, c.get('account').id);
  const format = FORMATS[textOf(fields['payload_type'])];
  for (const [name, types] of Object.entries(ADDRESSES)) {
    const endpoint = known.find(({ description }) => description === name);
    const url = name in fields ? textOf(fields[name]).trim() : endpoint?.url;
    const change = changeOf({ name, types, url, format }, endpoint);
    if (change) await changeReplies(services, c, change);
  }
  const email = textOf(fields['email_for_inbounds']).trim();
  if (email !== '') await setAnswerEmail(services, c, email);
}

/** Addresses may stand in `callbacks` or beside it. */
function fieldsOf(body: Fields): Fields {
  const nested = body['callbacks'];
  return { ...(typeof nested === 'object' && nested !== null && !Array.isArray(nested) ? objectOf(nested) : {}), ...body };
}

type Address = { name: string; types: string[]; url: string | undefined; format: CallbackFormat | undefined };

/** Null where nothing changes. */
function changeOf(
  { name, types, url, format }: Address,
  endpoint: Pick<CallbackEndpoint, 'id' | 'url' | 'format'> | undefined,
): ReplyChange | null {
  if (url === undefined) return null;
  if (url === '') return endpoint ? { kind: 'endpoint-delete', endpoint: endpoint.id } : null;
  const after = { url, format: format ?? endpoint?.format ?? 'octopush-json' };
  if (!endpoint) return { kind: 'endpoint-new', fields: NewEndpoint.parse({ ...after, types, description: name }) };
  if (url === endpoint.url && after.format === endpoint.format) return null;
  return { kind: 'endpoint-change', endpoint: endpoint.id, fields: after };
}

/** `GET /user/campaign-parameters`. Queries of addresses may hold secrets and are cut off. */
export async function showParameters(services: ApiServices, c: Context<AccountEnv>) {
  const account = c.get('account');
  const known = await endpointsOf(services, account.id);
  const addressOf = (name: string): string | null =>
    known.find(({ description }) => description === name)?.url.replace(/\?.*$/s, '') ?? null;
  return {
    sms_campaign_alert_parameters: { is_alert_enabled: false, sms_alert_bound: null, sms_alert_type: null },
    campaign_parameters: { sender_for_sms_premium: account.defaultSender, sender_for_sms_low_cost: null },
    callbacks: {
      ...Object.fromEntries(Object.keys(ADDRESSES).map((name) => [name, addressOf(name)])),
      callback_url_for_visits: null,
      payload_type: known.some(({ format }) => format === 'octopush-form') ? 'html' : 'json',
    },
  };
}
