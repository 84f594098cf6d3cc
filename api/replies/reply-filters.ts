import { z } from '@hono/zod-openapi';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { searchWords } from '../../domain/replies/reply-table.ts';
import { Id, TimeIn } from '../http/schemas.ts';

/** For the list and its export. */
export const replyFilters = {
  search: z
    .string()
    .trim()
    .min(2)
    .max(200)
    .optional()
    .openapi({ description: 'Words of the text, or how they begin: all of them, whatever case and accents' }),
  campaign: Id.optional(),
  from: z.string().max(40).optional().openapi({ description: 'A phone number' }),
  since: TimeIn.optional().openapi({ description: 'Received at or after' }),
  until: TimeIn.optional().openapi({ description: 'Received before' }),
  optOut: z.enum(['true', 'false']).optional(),
  keyword: z.enum(['stop', 'start', 'contact', 'looks-like-stop']).optional(),
  ids: z
    .string()
    .max(8000)
    .transform((text) => text.split(','))
    .pipe(z.array(Id).max(200))
    .optional()
    .openapi({ type: 'string', description: 'Some replies alone, 200 at most: their ids, with commas between' }),
};
const Filters = z.object(replyFilters);

/** Throws `invalid-request`. */
const phoneOf = (raw: string, country: string): string => {
  const phone = normalisePhone(raw.replace(/^ /, '+'), country); // an unescaped + in a query reads as a space
  if ('e164' in phone) return phone.e164;
  throw invalidRequest({ field: 'from', ...phone });
};

type Asked = z.infer<typeof Filters> & { conversation?: string | undefined; before?: string | undefined };

/** Conditions on `replies r` and their values. */
export function replyConditions(account: { id: string; country: string }, asked: Asked) {
  const values: unknown[] = [account.id];
  const conditions = ['r.account_id = $1', 'not r.hidden'];
  const where = (condition: (value: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  let words: string | null = null;
  if (asked.search !== undefined) {
    // Without a letter or digit the query is null, which matches nothing.
    values.push(searchWords(asked.search));
    words = `reply_words(r.text) @@ to_tsquery('simple', $${values.length})`;
  }
  where((campaign) => `r.campaign_id = ${campaign}`, asked.campaign);
  // By conversation, which is indexed; a number's replies are scattered.
  where(
    (from) => `r.conversation_id = (select id from conversations where account_id = $1 and phone = ${from})`,
    asked.from === undefined ? undefined : phoneOf(asked.from, account.country),
  );
  where((since) => `r.received_at >= ${since}`, asked.since);
  where((until) => `r.received_at < ${until}`, asked.until);
  where((optOut) => `r.opt_out = ${optOut}`, asked.optOut === undefined ? undefined : asked.optOut === 'true');
  where((keyword) => `r.keyword = ${keyword}`, asked.keyword);
  where((ids) => `r.id = any(${ids}::uuid[])`, asked.ids);
  where((id) => `r.conversation_id = ${id}`, asked.conversation);
  where((id) => `r.id < ${id}`, asked.before);
  const plain = (): string => conditions.join(' and ');
  return { values, words, plain, all: () => (words === null ? plain() : `${plain()} and ${words}`) };
}
export type ReplyConditions = ReturnType<typeof replyConditions>;

/** Newest replies read for a frequent word before the index is asked. */
const RECENT = 3000;
/** Index hits sorted as they are. */
const FEW = 20_000;

/**
 * Ids of the newest matching replies. How frequent a word is can't be known beforehand: reading newest first never ends for a
 * rare word, and the index finds millions for a frequent one. So some of the newest are read first, then the index; many hits are
 * then old, so the index is read in spans of fifty days, newest first, until there are enough.
 */
export function newestReplies({ words, plain, all }: ReplyConditions, limit: number): string {
  if (words === null) return `select r.id from replies r where ${plain()} order by r.id desc limit ${limit}`;
  // The limit is outside, so that the planner chooses the word index.
  return `with recent as materialized (select r.id, r.text from replies r where ${plain()} order by r.id desc limit ${RECENT}),
    near as materialized (select r.id from recent r where ${words} order by r.id desc limit ${limit}),
    hits as materialized (select r.id from replies r where ${all()} and (select count(*) from near) < ${limit}),
    few as materialized (select id from hits limit ${FEW + 1}),
    span as (select ${turnOf('(select id from recent order by id desc limit 1)')} as newest,
      ${turnOf('(select id from replies where account_id = $1 order by id limit 1)')} as oldest
      where (select count(*) from few) > ${FEW}),
    far as materialized (
      select found.id from span, generate_series(newest, oldest, -1) turn, lateral (
        select r.id from (select r.id from replies r where ${all()} and left(r.id::text, 4) = lpad(to_hex(turn), 4, '0') offset 0) r
        order by r.id desc limit ${limit}
      ) found limit ${limit}
    )
    select id from near union select id from few where (select count(*) from few) <= ${FEW} union select id from far
    order by id desc limit ${limit}`;
}

/** The span of fifty days of a reply: the first digits of its id. */
const turnOf = (id: string): string => `('x' || left(${id}::text, 4))::bit(16)::int`;
