import type { InferRequestType, InferResponseType } from 'hono/client';
import { instantOf, offsetMs } from '../../../domain/zoned-time.ts';
import type { v1 } from '../../api.ts';

export type CampaignBody = Omit<InferRequestType<typeof v1.campaigns.$post>['json'], 'recipients'>;
export type Campaign = InferResponseType<(typeof v1.campaigns)[':id']['$get'], 200>;
export type Account = InferResponseType<typeof v1.account.$get, 200>;
export type Route = 'premium' | 'lowcost';
export type SenderKind = 'default' | 'code' | 'name' | 'number';

/** A campaign's form; `sendAt` in the account's time zone. */
export type Composed = {
  name: string;
  text: string;
  route: Route;
  withReplies: boolean;
  senderKind: SenderKind | null;
  senderName: string;
  senderNumber: string;
  marketing: boolean;
  /** Sent at `sendAt` rather than now. */
  later: boolean;
  optimise: boolean;
  allowUnreachable: boolean;
  sendAt: string;
  keyword: string;
  simulation: boolean;
};

export const NOTHING_YET: Composed = {
  name: '',
  text: '',
  route: 'premium',
  withReplies: true,
  senderKind: null,
  senderName: '',
  senderNumber: '',
  marketing: true,
  later: false,
  optimise: false,
  allowUnreachable: false,
  sendAt: '',
  keyword: '',
  simulation: false,
};

/** Placeholder for a short code. */
const SHORT_CODE = '12345';

/** Possible senders of a premium campaign, likeliest first. */
export function sendersFor({ withReplies }: Composed, { platform, defaultSender }: Account, numbers: string[]): SenderKind[] {
  const forced = platform === 'v2' && withReplies;
  const usual = defaultSender !== null && (!forced || defaultSender.startsWith('+'));
  return [
    ...(usual ? (['default'] as const) : []),
    ...(withReplies ? (['code'] as const) : []),
    ...(forced ? [] : (['name'] as const)),
    ...(numbers.length > 0 ? (['number'] as const) : []),
  ];
}

/** The chosen kind while possible, else the likeliest. */
export const senderKindOf = (composed: Composed, account: Account, numbers: string[]): SenderKind => {
  const possible = sendersFor(composed, account, numbers);
  return possible.find((kind) => kind === composed.senderKind) ?? possible[0] ?? 'name';
};

function senderOf(composed: Composed, account: Account, numbers: string[]): string | undefined {
  const name = composed.senderName === '' ? undefined : composed.senderName;
  switch (senderKindOf(composed, account, numbers)) {
    case 'default':
      return undefined;
    case 'code':
      if (account.platform === 'v0' || account.defaultSender?.startsWith('+')) return SHORT_CODE;
      return composed.allowUnreachable ? name : undefined;
    case 'name':
      return name;
    case 'number':
      return composed.senderNumber === '' ? numbers[0] : composed.senderNumber;
    default:
      throw new Error('No such sender');
  }
}

/** The body for the API, without recipients. */
export function bodyOf(composed: Composed, account: Account, numbers: string[]): CampaignBody {
  const premium = composed.route === 'premium';
  const sender = premium ? senderOf(composed, account, numbers) : undefined;
  const { name, text, route, optimise, allowUnreachable, simulation, keyword, later, sendAt, marketing } = composed;
  return {
    name,
    text,
    route,
    optimise,
    allowUnreachable,
    simulation,
    withReplies: premium && composed.withReplies,
    purpose: marketing ? 'marketing' : 'transactional',
    ...(sender === undefined ? {} : { sender }),
    ...(keyword === '' ? {} : { keyword }),
    ...(!later || sendAt === '' ? {} : { sendAt: instantOf(Date.parse(`${sendAt}Z`), account.timeZone).toISOString() }),
  };
}

/** A time for a datetime-local field, in that zone. */
export const localTime = (at: Date, timeZone: string): string =>
  new Date(at.getTime() + offsetMs(at.getTime(), timeZone)).toISOString().slice(0, 16);

/** A copy as a new form, without its time. */
export function composedOf(campaign: Campaign): Composed {
  const given = campaign.sender.given ?? '';
  const senderKind = given === '' ? null : given === SHORT_CODE ? 'code' : given.startsWith('+') ? 'number' : 'name';
  return {
    ...NOTHING_YET,
    name: campaign.name,
    text: campaign.text,
    route: campaign.route,
    withReplies: campaign.withReplies,
    allowUnreachable: campaign.allowUnreachable,
    senderKind,
    senderName: senderKind === 'name' ? given : '',
    senderNumber: senderKind === 'number' ? given : '',
    marketing: campaign.purpose === 'marketing',
    optimise: campaign.optimise,
    keyword: campaign.keyword ?? '',
    simulation: campaign.simulation,
  };
}

/** A draft's own form, time included. */
export const draftOf = (campaign: Campaign, { timeZone }: Account): Composed => ({
  ...composedOf(campaign),
  later: campaign.sendAt !== null,
  sendAt: campaign.sendAt === null ? '' : localTime(new Date(campaign.sendAt), timeZone),
});

/** A draft's changes: null removes a field. */
export const changeOf = (body: CampaignBody) => ({
  ...body,
  sender: body.sender ?? null,
  keyword: body.keyword ?? null,
  sendAt: body.sendAt ?? null,
});
