import { fault, said, type ErrorCode, type Fault, type Said } from '../problems/said.ts';
import { pickCode, type BusyCodes } from './reply-code.ts';
import { withoutStopCodes } from './stop-mention.ts';

export type RouteName = 'premium' | 'lowcost';
export type Platform = 'v0' | 'v2';
export type TwoWay = 'off' | 'requested' | 'on' | 'refused';
export type NumberKind = 'short-code' | 'virtual' | 'sim';

export type PoolNumber = {
  number: string;
  carrierId: string;
  kind: NumberKind;
  country: string;
  renter: string | null;
  port: number | null;
};

/** Facts for a plan: account, carrier, and numbers oldest first, including all that the account rents. */
export type Rules = {
  account: {
    id: string;
    country: string;
    platform: Platform;
    twoWay: TwoWay;
    twoWayReason?: string | null;
    defaultSender?: string | null | undefined;
  };
  /** `shortCode`: who replaces the sender 12345, by default us. `countries`: reachable by its SIMs. */
  carrier: { id: string; numbers: PoolNumber[]; shortCode?: 'ours' | 'operator'; countries?: string[] | null } | null;
};

export type SenderRequest = {
  route: RouteName;
  text: string;
  sender: string | undefined;
  withReplies: boolean;
  /** Send also to recipients who can't reply. */
  allowUnreachable: boolean;
};

/** `countries`: where renting a number would help. */
export type Refusal = { code: ErrorCode; said?: Said; faults: Fault[]; countries?: string[] };

/** Sender, carrier and reply code of a message. */
export type Origin = { carrierId: string; sender: string; replyCode: string | null; port: number | null };

/** By reply, by a new message to the number in the text, or not at all. */
export type AnswerBy = 'reply' | 'new-message' | 'none';

/** `pick`: the origin for a recipient, avoiding codes `busy` towards it; null where nobody can reply and that is not allowed. */
export type SenderPlan = {
  carrierId: string;
  answerBy: AnswerBy;
  pick(country: string, index: number, busy?: BusyCodes): Origin | null;
  /** Default: all countries. */
  reaches?(country: string): boolean;
};

type Decision = SenderPlan | { refused: Refusal };
type Case = {
  request: SenderRequest;
  account: Rules['account'];
  carrierId: string;
  usable: PoolNumber[];
  turn: number;
  theirs: boolean;
};

/** Sender that stands for a short code; as a reply code, one that the operator chooses later. */
export const PLACEHOLDER = '12345';
const BRAND = /^(?=.*[A-Za-z])[A-Za-z0-9]{3,11}$/;

/** A misspelt `XXXXX`: other length or lower case. `at` counts from 1. */
export function placeholderSlip(text: string): { found: string; at: number } | null {
  for (const { 0: found, index } of text.matchAll(/(?<![\p{L}\p{N}])x{4,}(?![\p{L}\p{N}])|X{6,}/giu))
    if (found !== 'XXXXX') return { found, at: index + 1 };
  return null;
}

/** `XXXXX` outside a STOP mention asks for replies. */
const asksToWrite = (text: string): boolean => /X{5}/.test(withoutStopCodes(text));

const refuse = (code: ErrorCode, reason: Said | null, ...faults: Fault[]): { refused: Refusal } => ({
  refused: { code, ...(reason ? { said: reason } : {}), faults },
});

export const isNumber = (sender: string | undefined): sender is string => sender !== undefined && /^\+\d{6,15}$/.test(sender);

/** Whether it needs two-way SMS. */
export const asksForReplies = ({ route, text, sender, withReplies }: Omit<SenderRequest, 'allowUnreachable'>): boolean =>
  withReplies || isNumber(sender) || asksToWrite(text) || (route === 'premium' && sender === PLACEHOLDER);

/** Refusal without two-way SMS: why, and how to ask. */
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

/** As given, or on premium the account's default. */
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

/** V0: 12345 with replies, a sender ID with XXXXX in the text, or a sender ID alone. */
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

/** V2: with replies from a short code whatever the sender; without, a sender ID's text may name the code. */
function premiumV2(one: Case): Decision {
  const { sender, text, withReplies } = one.request;
  if (withReplies) return byShortCode(one);
  if (sender === PLACEHOLDER) return placeholderAlone();
  return sender !== undefined && asksToWrite(text) ? byCodeInText(one, sender) : byBrand(one, sender);
}

const placeholderAlone = (): Decision =>
  refuse('placeholder-without-replies', null, fault('sender', 'placeholder-alone', { placeholder: PLACEHOLDER }));

/** Only recipients in a rented number's country can reply to it. */
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

/** Lowcost rotates the gateway's SIMs; recipients answer the SIM. */
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

/** The short code for each country. */
function codesOf({ usable, turn }: Case): (country: string, busy?: BusyCodes) => string | undefined {
  const codes = Map.groupBy(
    usable.filter((number) => number.kind === 'short-code'),
    (number) => number.country,
  );
  return (country, busy) => pickCode(codes.get(country) ?? [], turn, busy)?.number;
}

/** A short code of the recipient's country; elsewhere, if allowed, the given sender ID. */
function byShortCode(one: Case): Decision {
  const { carrierId, request } = one;
  // XXXXX must be known beforehand.
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

/** The sender ID stays and the text names a short code to write to. */
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

/** Without replies. */
function byBrand({ carrierId, request }: Case, sender: string | undefined): Decision {
  if (asksToWrite(request.text) || sender === undefined)
    return refuse('sender-missing', said('premium-needs-sender'), fault('sender', 'sender-missing'));
  if (!isBrand(sender)) return notABrand(sender);
  const origin: Origin = { carrierId, sender, replyCode: null, port: null };
  return { carrierId, answerBy: 'none', pick: () => origin };
}

/** Not with XXXXX, which would stay in the text. */
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
