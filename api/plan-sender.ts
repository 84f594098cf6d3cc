import type { Platform, TwoWay } from '../database/account.ts';
import type { NumberKind } from '../database/number.ts';
import type { ErrorCode, Fault } from '../domain/errors.ts';

export type RouteName = 'premium' | 'lowcost';

/** What is known of one number of a carrier. */
export type PoolNumber = { number: string; kind: NumberKind; country: string; renter: string | null; port: number | null };

/** What a plan is made by: the account, and the carrier that serves the route with its numbers, oldest first. */
export type Rules = {
  account: { id: string; country: string; platform: Platform; twoWay: TwoWay };
  carrier: { id: string; numbers: PoolNumber[] } | null;
};

export type SenderRequest = { route: RouteName; text: string; sender: string | undefined; withReplies: boolean };

export type Refusal = { code: ErrorCode; detail: string; faults: Fault[] };

/** Who a message comes from, and where a reply to it goes. */
export type Origin = { sender: string; replyCode: string | null; port: number | null };

/** `pick` answers for the recipient at an index, in that country; null where nobody there could reply. */
export type SenderPlan = {
  carrierId: string;
  pick(country: string, index: number): Origin | null;
};

/** The sender that stands for a short code of ours. */
const PLACEHOLDER = '12345';
const BRAND = /^(?=.*[A-Za-z])[A-Za-z0-9]{3,11}$/;
const STOP_MENTION = /\bSTOP[\s:]+(?:(?:SMS|AU|TO|AT)[\s:]+)*X{5}(?!X)/gi;

/** Whether a text has `XXXXX` outside a mention of STOP: there it asks for replies. */
const asksToWrite = (text: string): boolean => /X{5}/.test(text.replaceAll(STOP_MENTION, ''));

const refuse = (code: ErrorCode, detail: string, ...faults: Fault[]): { refused: Refusal } => ({
  refused: { code, detail, faults },
});

const HOW_TO_ASK = 'Ask for it with POST /v1/two-way/request, saying why and how many replies you expect; an operator decides.';

/** Decides carrier, sender and reply codes. `turn` spreads accounts and campaigns over the pool: any integer from 0. */
export function planSender(request: SenderRequest, rules: Rules, turn: number): SenderPlan | { refused: Refusal } {
  const { route, withReplies } = request;
  if (asksToWrite(request.text)) {
    const remedy = 'Remove XXXXX; on premium, withReplies: true sends from a short code that can be replied to';
    return refuse('invalid-request', 'XXXXX outside a STOP mention is not supported on this installation yet.', {
      field: 'text',
      problem: 'contains XXXXX',
      remedy,
    });
  }
  if (withReplies && rules.account.twoWay !== 'on') {
    return refuse('two-way-off', `This account does not have two-way SMS (it is ${rules.account.twoWay}). ${HOW_TO_ASK}`);
  }
  if (!rules.carrier) {
    return refuse(
      'no-carrier',
      `No carrier serves the ${route} route on this installation. Ask the operator, or choose another route.`,
    );
  }
  const usable = rules.carrier.numbers.filter((number) => number.renter === null || number.renter === rules.account.id);
  const carrierId = rules.carrier.id;
  if (route === 'lowcost') return bySim(carrierId, usable, turn);
  return withReplies ? byShortCode(carrierId, request, rules, usable, turn) : byBrand(carrierId, request.sender);
}

/** Lowcost goes out from the gateway's SIMs in turn, and each is what its recipient answers to. */
function bySim(carrierId: string, usable: PoolNumber[], turn: number): SenderPlan | { refused: Refusal } {
  const sims = usable.filter((number) => number.kind === 'sim');
  if (sims.length === 0)
    return refuse(
      'no-reply-code',
      'The lowcost gateway has no SIM numbers yet. The operator adds them with POST /v1/operator/numbers.',
    );
  return {
    carrierId,
    pick(_country, index) {
      const sim = sims[(turn + index) % sims.length];
      return sim ? { sender: sim.number, replyCode: sim.number, port: sim.port } : null;
    },
  };
}

/** Premium with replies: whatever sender was given becomes a short code of the recipient's country. */
function byShortCode(
  carrierId: string,
  request: SenderRequest,
  rules: Rules,
  usable: PoolNumber[],
  turn: number,
): SenderPlan | { refused: Refusal } {
  if (rules.account.platform === 'v0' && request.sender !== undefined && request.sender !== PLACEHOLDER) {
    return refuse('invalid-request', 'With a sender ID of your own nobody could reply.', {
      field: 'sender',
      problem: 'can not be replied to',
      remedy: `Send the sender ${PLACEHOLDER}, or withReplies: false`,
    });
  }
  const codes = Map.groupBy(
    usable.filter((number) => number.kind === 'short-code'),
    (number) => number.country,
  );
  return {
    carrierId,
    pick(country) {
      const pool = codes.get(country) ?? [];
      const code = pool[turn % pool.length];
      return code ? { sender: code.number, replyCode: code.number, port: null } : null;
    },
  };
}

/** Premium without replies goes out under the sender ID given. */
function byBrand(carrierId: string, sender: string | undefined): SenderPlan | { refused: Refusal } {
  if (sender === undefined || !BRAND.test(sender)) {
    return refuse('invalid-request', 'A premium message without replies needs a sender ID.', {
      field: 'sender',
      problem:
        sender === undefined
          ? 'is missing'
          : sender === PLACEHOLDER
            ? `is ${PLACEHOLDER}, which asks for replies`
            : 'is not a sender ID',
      remedy: 'Send 3 to 11 letters A–Z and digits, at least one of them a letter, or withReplies: true',
    });
  }
  const origin: Origin = { sender, replyCode: null, port: null };
  return { carrierId, pick: () => origin };
}
