import type { InferRequestType, InferResponseType } from 'hono/client';
import { instantOf, offsetMs } from '../../../domain/zoned-time.ts';
import type { v1 } from '../../api.ts';

export type CampaignBody = Omit<InferRequestType<typeof v1.campaigns.$post>['json'], 'recipients'>;
export type Campaign = InferResponseType<(typeof v1.campaigns)[':id']['$get'], 200>;
export type Account = InferResponseType<typeof v1.account.$get, 200>;
export type Route = 'premium' | 'lowcost';
export type SenderKind = 'default' | 'code' | 'name' | 'number';

/** A campaign as a person writes it; `sendAt` as the clocks of their account show it. */
export type Composed = {
  name: string;
  text: string;
  route: Route;
  withReplies: boolean;
  senderKind: SenderKind | null;
  senderName: string;
  senderNumber: string;
  marketing: boolean;
  /** Whether it goes at `sendAt`, and not at once. */
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

/** The sender that stands for a short code. */
const SHORT_CODE = '12345';

/** Who a premium campaign may come from, the likeliest first. */
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

/** The one that was chosen, as long as it is possible. */
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

/** The same as the API takes it, without its recipients. */
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

/** A time as a field of a form has it, by the clocks of that zone. */
export const localTime = (at: Date, timeZone: string): string =>
  new Date(at.getTime() + offsetMs(at.getTime(), timeZone)).toISOString().slice(0, 16);

/** Another campaign as a draft. The time when it was sent is not taken along. */
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

/** A draft as it is written further; when it is to be sent is its own. */
export const draftOf = (campaign: Campaign, { timeZone }: Account): Composed => ({
  ...composedOf(campaign),
  later: campaign.sendAt !== null,
  sendAt: campaign.sendAt === null ? '' : localTime(new Date(campaign.sendAt), timeZone),
});

/** The fields to store of a draft: those not chosen any more are removed. */
export const changeOf = (body: CampaignBody) => ({
  ...body,
  sender: body.sender ?? null,
  keyword: body.keyword ?? null,
  sendAt: body.sendAt ?? null,
});
