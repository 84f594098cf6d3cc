import type { AlarmKind } from '../carriers/alarm.ts';
import type { ReplyChangeKind } from '../accounts/setting-change.ts';

/** Mails other than replies, with their data. Times are ISO; URLs are the customer's. */
export type NoticeData = {
  'endpoint-failing': { url: string; since: string };
  'endpoint-misconfigured': { url: string; problem: string };
  'endpoint-disabled': { url: string; reason: 'no-success-for-five-days' | 'gone' };
  'endpoint-recovered': { url: string };
  'deliveries-exhausted': { url: string; count: number };
  /** Deliveries held for an endpoint soon to be disabled. */
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
  /** Messages wait until then for the account's or the operator's limit. */
  'spend-limit-reached': { limit: 'day' | 'month'; amount: string; currency: string; until: string };
  'carrier-alarm': { carrier: string; problem: AlarmKind; since: string; detail: string | null };
  'carrier-alarm-over': { carrier: string; problem: AlarmKind; since: string; detail: string | null };
  'reply-forwarded': { from: string; text: string; at: string; word: string };
  'mail-relay-refuses': { response: string };
  'confirm-address': { emailId: string; accountName: string; open: { link: string; until: string } | null };
  /** The link is made on sending: nothing stored grants access. */
  'password-forgotten': { userId: string; open: { link: string; until: string } | null };
  'password-changed': { at: string };
  'authenticator-added': { at: string };
  'authenticator-removed': { at: string };
  /** `by`: the owner; null for an operator. */
  'authenticator-lifted': { by: string | null };
};
export type NoticeKind = keyof NoticeData;
export type Notice<K extends NoticeKind = NoticeKind> = { [P in K]: { kind: P; data: NoticeData[P] } }[K];
