import type { Pool } from 'pg';
import type { TwoWay } from '../../domain/sending/sender-policy.ts';
import { provenBy } from '../../domain/mail/auth-results.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { planAnswer, storeAnswer } from '../../database/conversations/answer.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import type { AnswerRefusal } from '../../templates/answer-refusals.ts';
import type { InboundMail, MailHead } from './parse-mail.ts';

type Deps = {
  pool: Pool;
  sendMessages: (ids: string[]) => void;
  /** The server whose Authentication-Results count; null: no check. */
  authority: string | null;
};
/** `ignored`: automatic, or a duplicate. `unreadable`: beyond the parser's limits. */
export type Answered =
  | { outcome: 'sent' | 'ignored' | 'unreadable' }
  | { outcome: 'refused'; refusal: AnswerRefusal; locale: 'fr' | 'en' };

type Row = {
  account_id: string;
  two_way: TwoWay;
  locale: 'fr' | 'en';
  phone: string;
  carrier_id: string;
  reply_code: string;
  listed: 'fr' | 'en' | null;
};

/**
 * At most once: turns an answer to a reply mail into an SMS of its conversation, committed before it returns. Reads the whole
 * text only if the sender may answer.
 */
export const createAnswerByMail =
  ({ pool, sendMessages, authority }: Deps) =>
  async (conversationId: string, head: MailHead, readWhole: () => Promise<InboundMail | null>): Promise<Answered> => {
    const [found] = await rows<Row>(
      pool,
      `select c.account_id, a.two_way, a.locale, c.phone, c.carrier_id, c.reply_code,
         (select e.locale from reply_emails e where e.account_id = a.id and e.deleted_at is null and lower(e.address) = $2 limit 1) as listed
       from conversations c join accounts a on a.id = c.account_id where c.id = $1`,
      [conversationId, head.from],
    );
    const locale = found?.listed ?? found?.locale ?? 'en';
    const refused = (refusal: AnswerRefusal): Answered => ({ outcome: 'refused', refusal, locale });
    if (!found) return refused({ why: 'unknown' });
    if (head.automatic) return { outcome: 'ignored' };
    if (head.from === null || found.listed === null) return refused({ why: 'not-listed' });
    const domain = head.from.slice(head.from.lastIndexOf('@') + 1);
    if (authority !== null && !provenBy(authority, head.authenticated, domain)) return refused({ why: 'not-proven' });
    const mail = await readWhole();
    if (mail === null) return { outcome: 'unreadable' };
    if (mail.automatic) return { outcome: 'ignored' };
    const fault = faultOf(mail, found);
    if (fault) return refused(fault);
    const refusal = await storeAnswerOnce({ pool, sendMessages }, { ...found, conversationId }, mail);
    return typeof refusal === 'string' ? { outcome: refusal } : refused(refusal);
  };

function faultOf(mail: InboundMail, { two_way: twoWay }: Row): AnswerRefusal | null {
  if (mail.attached) return { why: 'attachment' };
  if (mail.text === '') return { why: 'empty' };
  return twoWay === 'on' ? null : { why: 'two-way-off' };
}

/** The mail's key is stored with the answer: one mail answers once. */
async function storeAnswerOnce(
  { pool, sendMessages }: Pick<Deps, 'pool' | 'sendMessages'>,
  { conversationId, ...found }: Row & { conversationId: string },
  mail: InboundMail,
): Promise<'sent' | 'ignored' | AnswerRefusal> {
  const account = { id: found.account_id, twoWay: found.two_way };
  const conversation = { id: conversationId, phone: found.phone, carrierId: found.carrier_id, replyCode: found.reply_code };
  try {
    const answer = await planAnswer(pool, { account, conversation, text: mail.text });
    const fresh = await transaction(pool, async (client) => {
      const noted = await affected(
        client,
        `insert into inbound_mails (conversation_id, message_id, account_id, sms_id, received_at) values ($1, $2, $3, $4, now()) on conflict do nothing`,
        [conversationId, mail.key, account.id, answer.message.id],
      );
      if (noted > 0) await storeAnswer(client, answer);
      return noted > 0;
    });
    if (!fresh) return 'ignored';
    sendMessages([answer.message.id]);
    return 'sent';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'spend-limit') return { why: 'spend-limit' };
    const [flaw] = error.faults;
    return flaw ? { why: 'text', flaw } : { why: 'text' };
  }
}
