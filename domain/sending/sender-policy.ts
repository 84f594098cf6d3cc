import { fault, said, type ErrorCode, type Fault, type Said } from '../problems/said.ts';
import { pickCode, type BusyCodes } from './reply-code.ts';
import { withoutStopCodes } from './stop-mention.ts';

export type RouteName = 'premium' | 'lowcost';
export type Platform = 'v0' | 'v2';
export type TwoWay = 'off' | 'requested' | 'on' | 'refused';
export type NumberKind = 'short-code' | 'virtual' | 'sim';

/** One number of a carrier. */
export type PoolNumber = {
  number: string;
  carrierId: string;
  kind: NumberKind;
  country: string;
  renter: string | null;
  port: number | null;
};

/**
 * The facts of a plan: the account, the carrier that serves the route, and its numbers, oldest first. The numbers that the
 * account rents are among them, whichever carrier they are on.
 */
export type Rules = {
  account: {
    id: string;
    country: string;
    platform: Platform;
    twoWay: TwoWay;
    twoWayReason?: string | null;
    defaultSender?: string | null | undefined;
  };
  /** `shortCode`: who puts a real code in the place of the sender 12345; ours unless it says otherwise. `countries`: those its SIMs reach. */
  carrier: { id: string; numbers: PoolNumber[]; shortCode?: 'ours' | 'operator'; countries?: string[] | null } | null;
};

export type SenderRequest = {
  route: RouteName;
  text: string;
  sender: string | undefined;
  withReplies: boolean;
  /** Whether recipients who could not reply get the message all the same. */
  allowUnreachable: boolean;
};

/** `countries`: where a rented number would help. */
export type Refusal = { code: ErrorCode; said?: Said; faults: Fault[]; countries?: string[] };

/** Who a message comes from and through whom, and where a reply to it goes. */
export type Origin = { carrierId: string; sender: string; replyCode: string | null; port: number | null };

/** How recipients answer: by pressing reply, by writing a new message to the number in the text, or not at all. */
export type AnswerBy = 'reply' | 'new-message' | 'none';

/**
 * `pick` answers for the recipient at an index, in that country, avoiding the codes that are `busy` towards it where it can; null where nobody
 * there could reply, and that was not allowed.
 */
export type SenderPlan = {
  carrierId: string;
  answerBy: AnswerBy;
  pick(country: string, index: number, busy?: BusyCodes): Origin | null;
  /** Whether SIMs reach a country; left out, any. */
  reaches?(country: string): boolean;
};

type Decision = SenderPlan | { refused: Refusal };
/** One request among the numbers it may use. */
type Case = {
  request: SenderRequest;
  account: Rules['account'];
  carrierId: string;
  usable: PoolNumber[];
  turn: number;
  theirs: boolean;
};

/** The sender that stands for a short code. As a reply code: one of the operator's that is not known yet. */
export const PLACEHOLDER = '12345';
const BRAND = /^(?=.*[A-Za-z])[A-Za-z0-9]{3,11}$/;

/** A word that looks like `XXXXX` and is not: another number of letters, or small ones. `at` counts from 1. */
export function placeholderSlip(text: string): { found: string; at: number } | null {
  for (const { 0: found, index } of text.matchAll(/(?<![\p{L}\p{N}])x{4,}(?![\p{L}\p{N}])|X{6,}/giu))
    if (found !== 'XXXXX') return { found, at: index + 1 };
  return null;
}

/** Whether a text has `XXXXX` outside a mention of STOP: there it asks for replies. */
const asksToWrite = (text: string): boolean => /X{5}/.test(withoutStopCodes(text));

const refuse = (code: ErrorCode, reason: Said | null, ...faults: Fault[]): { refused: Refusal } => ({
  refused: { code, ...(reason ? { said: reason } : {}), faults },
});

export const isNumber = (sender: string | undefined): sender is string => sender !== undefined && /^\+\d{6,15}$/.test(sender);

/** Whether two-way SMS must be on for it: by any of the ways in which a campaign asks for replies. */
export const asksForReplies = ({ route, text, sender, withReplies }: Omit<SenderRequest, 'allowUnreachable'>): boolean =>
  withReplies || isNumber(sender) || asksToWrite(text) || (route === 'premium' && sender === PLACEHOLDER);

/** The refusal of replies to an account without two-way SMS: the reason, and how to ask. */
export function twoWayOff({ twoWay, twoWayReason = null }: Pick<Rules['account'], 'twoWay' | 'twoWayReason'>): Refusal {
  const reason = twoWayReason?.replace(/[.\s]+$/, '') ?? '';
  const why =
    twoWay === 'requested'
      ? said('two-way-requested')
      : reason === ''
        ? said('two-way-off', { state: twoWay })
        : said('two-way-off-because', { state: twoWay, reason });
  return { code: 'two-way-off', said: why, faults: [] };
}

/** The sender given, or on premium the account's own. */
const senderOf = (
  { route, sender }: Pick<SenderRequest, 'route' | 'sender'>,
  { defaultSender }: Pick<Rules['account'], 'defaultSender'>,
): string | undefined => sender ?? (route === 'premium' ? (defaultSender ?? undefined) : undefined);

/** Decides carrier, sender and reply codes. `turn` spreads accounts and campaigns over the pool: any integer from 0. */
export function planSender(asked: SenderRequest, { account, carrier }: Rules, turn: number): Decision {
  const { route } = asked;
  const sender = senderOf(asked, account);
  const request = { ...asked, sender };
  const asNumber = isNumber(sender);
  if (asksForReplies(request) && account.twoWay !== 'on') return { refused: twoWayOff(account) };
  if (!carrier) return refuse('no-carrier', said('no-carrier', { route }));
  const usable = carrier.numbers.filter((number) => number.renter === null || number.renter === account.id);
  const theirs = carrier.shortCode === 'operator';
  const one: Case = { request, account, carrierId: carrier.id, usable, turn, theirs };
  if (asNumber) return byRentedNumber(one, sender);
  if (route === 'lowcost') return bySim(one, carrier.countries ?? null);
  return account.platform === 'v0' ? premiumV0(one) : premiumV2(one);
}

/** V0 takes the sender at its word: 12345 with replies, a sender ID with XXXXX in the text, or a sender ID alone. */
function premiumV0(one: Case): Decision {
  const { sender, text, withReplies } = one.request;
  if (sender === PLACEHOLDER) return withReplies ? byShortCode(one) : placeholderAlone();
  if (sender !== undefined && asksToWrite(text)) return byCodeInText(one, sender);
  if (!withReplies) return byBrand(one, sender);
  if (sender === undefined)
    return refuse(
      'sender-missing',
      said('replies-need-sender'),
      fault('sender', 'sender-for-replies', { placeholder: PLACEHOLDER }),
    );
  return refuse(
    'brand-without-code',
    said('brand-without-code'),
    fault('sender', 'sender-unanswerable', { placeholder: PLACEHOLDER }),
  );
}

/** V2 with replies sends from a short code whatever the sender; without, a sender ID may still name the code in its text. */
function premiumV2(one: Case): Decision {
  const { sender, text, withReplies } = one.request;
  if (withReplies) return byShortCode(one);
  if (sender === PLACEHOLDER) return placeholderAlone();
  return sender !== undefined && asksToWrite(text) ? byCodeInText(one, sender) : byBrand(one, sender);
}

const placeholderAlone = (): Decision =>
  refuse('placeholder-without-replies', null, fault('sender', 'placeholder-alone', { placeholder: PLACEHOLDER }));

/** From a number the account rents. Only its own country's recipients can reply to it. */
function byRentedNumber({ request, usable, account }: Case, sender: string): Decision {
  const rented = usable.find((each) => each.number === sender && each.kind === 'virtual' && each.renter === account.id);
  if (!rented) return refuse('number-not-rented', null, fault('sender', 'number-not-rented'));
  const { carrierId, number, country: home } = rented;
  const pick = (country: string): Origin | null => {
    if (country === home) return { carrierId, sender: number, replyCode: number, port: null };
    return mayMiss(request) ? { carrierId, sender: number, replyCode: null, port: null } : null;
  };
  return { carrierId, answerBy: 'reply', pick };
}

/** Lowcost goes out from the gateway's SIMs in turn, and each is what its recipient answers to. */
function bySim({ carrierId, usable, turn }: Case, countries: string[] | null): Decision {
  const sims = usable.filter((number) => number.kind === 'sim');
  if (sims.length === 0) return refuse('no-reply-code', said('no-sims'));
  return {
    carrierId,
    answerBy: 'reply',
    pick(_country, index, busy) {
      const sim = pickCode(sims, turn + index, busy);
      return sim ? { carrierId, sender: sim.number, replyCode: sim.number, port: sim.port } : null;
    },
    ...(countries ? { reaches: (country) => countries.includes(country) } : {}),
  };
}

/** The short code for each country, from the pool. */
function codesOf({ usable, turn }: Case): (country: string, busy?: BusyCodes) => string | undefined {
  const codes = Map.groupBy(
    usable.filter((number) => number.kind === 'short-code'),
    (number) => number.country,
  );
  return (country, busy) => pickCode(codes.get(country) ?? [], turn, busy)?.number;
}

/** The sender becomes a short code of the recipient's country; elsewhere, where that is allowed, the sender ID given stays. */
function byShortCode(one: Case): Decision {
  const { carrierId, request } = one;
  // With XXXXX in the text a code must be known beforehand.
  if (one.theirs && !/X{5}/.test(request.text)) {
    const origin: Origin = { carrierId, sender: PLACEHOLDER, replyCode: PLACEHOLDER, port: null };
    return { carrierId, answerBy: 'reply', pick: () => origin };
  }
  const codeFor = codesOf(one);
  const brand = mayMiss(request) && isBrand(request.sender) ? request.sender : undefined;
  return {
    carrierId,
    answerBy: 'reply',
    pick(country, _index, busy) {
      const code = codeFor(country, busy);
      if (code !== undefined) return { carrierId, sender: code, replyCode: code, port: null };
      return brand === undefined ? null : { carrierId, sender: brand, replyCode: null, port: null };
    },
  };
}

/** The sender ID stays, and the text names the short code: recipients write to it anew. */
function byCodeInText(one: Case, sender: string): Decision {
  if (!isBrand(sender)) return notABrand(sender);
  const { carrierId } = one;
  const codeFor = codesOf(one);
  return {
    carrierId,
    answerBy: 'new-message',
    pick(country, _index, busy) {
      const code = codeFor(country, busy);
      return code === undefined ? null : { carrierId, sender, replyCode: code, port: null };
    },
  };
}

/** Without replies: under the sender ID given. */
function byBrand({ carrierId, request }: Case, sender: string | undefined): Decision {
  if (asksToWrite(request.text) || sender === undefined)
    return refuse('sender-missing', said('premium-needs-sender'), fault('sender', 'sender-missing'));
  if (!isBrand(sender)) return notABrand(sender);
  const origin: Origin = { carrierId, sender, replyCode: null, port: null };
  return { carrierId, answerBy: 'none', pick: () => origin };
}

/** Whether who can't reply is sent to: not with XXXXX in the text, which can't be read as it stands. */
const mayMiss = ({ allowUnreachable, text }: SenderRequest): boolean => allowUnreachable && !asksToWrite(text);

export const isBrand = (sender: string | undefined): sender is string => sender !== undefined && BRAND.test(sender);

const notABrand = (sender: string): Decision =>
  refuse(
    'sender-invalid',
    null,
    sender === PLACEHOLDER
      ? fault('sender', 'sender-placeholder', { placeholder: PLACEHOLDER })
      : fault('sender', 'sender-not-id'),
  );
