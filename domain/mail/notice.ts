import type { AlarmKind } from '../carriers/alarm.ts';
import type { ReplyChangeKind } from '../accounts/setting-change.ts';

/** Mails other than replies, by kind, with what each one says. Times are ISO; a URL is the customer's own. */
export type NoticeData = {
  'endpoint-failing': { url: string; since: string };
  'endpoint-misconfigured': { url: string; problem: string };
  'endpoint-disabled': { url: string; reason: 'no-success-for-five-days' | 'gone' };
  'endpoint-recovered': { url: string };
  /** Deliveries that no further attempt is made at. */
  'deliveries-exhausted': { url: string; count: number };
  /** Deliveries held for an endpoint that will soon be given up. */
  'deliveries-expiring': { url: string; owed: number; at: string };
  'account-closed': { until: string };
  'account-reopened': Record<string, never>;
  'two-way-requested': { accountName: string; accountId: string };
  'two-way-enabled': { reason: string | null };
  'two-way-refused': { reason: string | null };
  'two-way-disabled': { reason: string | null };
  'brand-requested': { accountName: string; accountId: string; sender: string };
  'brand-confirmed': { sender: string; reason: string };
  'brand-refused': { sender: string; reason: string };
  'setting-requested': { accountName: string; accountId: string; what: ReplyChangeKind };
  'setting-done': { what: ReplyChangeKind };
  'setting-refused': { what: ReplyChangeKind; reason: string };
  'number-expiring': { number: string; at: string };
  'number-renewed': { number: string; until: string };
  'number-released': { number: string; reason: 'expired' | 'operator' };
  /** Messages wait until then for a limit of the account's, or of the operator's. */
  'spend-limit-reached': { limit: 'day' | 'month'; amount: string; currency: string; until: string };
  /** Something is wrong with a carrier, or no longer is. */
  'carrier-alarm': { carrier: string; problem: AlarmKind; since: string; detail: string | null };
  'carrier-alarm-over': { carrier: string; problem: AlarmKind; since: string; detail: string | null };
  'reply-forwarded': { from: string; text: string; at: string; word: string };
  'mail-relay-refuses': { response: string };
  /** To a reply address that is new. */
  'confirm-address': { emailId: string; accountName: string; open: { link: string; until: string } | null };
  /** The link is made when the mail goes: what is stored opens nothing. */
  'password-forgotten': { userId: string; open: { link: string; until: string } | null };
  'password-changed': { at: string };
  'authenticator-added': { at: string };
  'authenticator-removed': { at: string };
  /** `by`: an owner of the account; null for an operator. */
  'authenticator-lifted': { by: string | null };
};
export type NoticeKind = keyof NoticeData;
/** One mail's kind and what it says. */
export type Notice<K extends NoticeKind = NoticeKind> = { [P in K]: { kind: P; data: NoticeData[P] } }[K];
