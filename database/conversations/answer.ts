import type { Conversation } from './conversation.ts';
import { newId } from '../ids.ts';
import { segmentPrices } from '../numbers/price.ts';
import { spendingOf } from '../sending/spend-limits.ts';
import { affected, rows, type Sql } from '../sql.ts';
import { insertMessage, type MessageBasis, type NewMessage } from '../campaigns/store-campaign.ts';
import { segmentPrice } from '../../domain/campaigns/cost.ts';
import { twoWayOff } from '../../domain/sending/sender-policy.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { flaw } from '../../domain/problems/said.ts';
import { countryOf } from '../../domain/phone-number.ts';
import { countSegments, MAX_SEGMENTS } from '../../domain/sms/segments.ts';
import type { RouteName, TwoWay } from '../../domain/sending/sender-policy.ts';
import { refuseBeyond, roomOf } from '../../domain/sending/spend-limit.ts';
import { textFault } from '../../domain/sms/text-fault.ts';

/** An SMS in a conversation, ready to store. */
export type Answer = { basis: MessageBasis; message: NewMessage & { id: string; costMicros: number | null } };
type Asked = {
  account: { id: string; twoWay: TwoWay };
  conversation: Pick<Conversation, 'id' | 'phone' | 'carrierId' | 'replyCode'>;
  text: string;
};

/** An answer from the number last written to, with the text unchanged. Throws its faults, and `spend-limit`. */
export async function planAnswer(sql: Sql, { account, conversation, text }: Asked): Promise<Answer> {
  if (account.twoWay !== 'on') throw new AppError('two-way-off', twoWayOff(account).said);
  const segments = segmentsOf(text);
  const { id, phone, carrierId, replyCode } = conversation;
  const [line] = await rows<{ route: RouteName; port: number | null }>(
    sql,
    'select c.route, n.port from carriers c left join numbers n on n.carrier_id = c.id and n.number = $2 where c.id = $1',
    [carrierId, replyCode],
  );
  const now = new Date();
  const price = line ? segmentPrice(await segmentPrices(sql, account.id, line.route, now), countryOf(phone)) : null;
  const costMicros = price === null ? null : price * segments;
  refuseBeyond(costMicros, roomOf(await spendingOf(sql, account.id), now));
  return {
    basis: { accountId: account.id, campaignId: null, conversationId: id, carrierId, twoWay: true, simulation: false },
    message: {
      id: newId(),
      row: null,
      to: phone,
      sender: replyCode,
      replyCode,
      port: line?.port ?? null,
      text,
      segments,
      reference: null,
      costMicros,
    },
  };
}

/**
 * In the caller's transaction; then call `runs.sendMessages([message.id])`. `seen`: answers its writer saw; throws
 * `answered-meanwhile` if there are more.
 */
export async function storeAnswer(sql: Sql, { basis, message }: Answer, seen: number | null = null): Promise<void> {
  const counted = await affected(
    sql,
    `update conversations set answers = answers + 1, answering_by = null, answering_until = null
     where id = $1 and account_id = $2 and ($3::int is null or answers = $3)`,
    [basis.conversationId, basis.accountId, seen],
  );
  if (counted === 0 && seen !== null) throw new AppError('answered-meanwhile');
  await insertMessage(sql, basis, message);
}

function segmentsOf(text: string): number {
  const { segments, encoding } = countSegments(text);
  const tooLong = segments > MAX_SEGMENTS ? flaw('text-too-long', { n: segments, encoding, most: MAX_SEGMENTS }) : undefined;
  const found = textFault(text) ?? tooLong;
  if (found) throw invalidRequest({ field: 'text', ...found });
  return segments;
}
