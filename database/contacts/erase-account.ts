import { hashOptOuts } from './opt-out.ts';
import { ERASED, ERASED_REPLY, eraseMessagesWhere } from './erase-contact.ts';
import { forgetEvents, forgetReplies, PAGE, pageOfCampaigns, pageOfSingles, type Step } from './retention.ts';
import { affected, rows } from '../sql.ts';

/** Small changes in one commit; `$1` is the account. */
const atOnce =
  (...statements: string[]): Step =>
  async (client, { accountId }) => {
    for (const statement of statements) await affected(client, statement, [accountId]);
    return null;
  };

/** Deletes rows page by page; `after` counts pages. */
const remove =
  (table: string, where = 'account_id = $1'): Step =>
  async (client, { accountId }, after) => {
    const gone = await affected(
      client,
      `delete from ${table} where ctid in (select ctid from ${table} where ${where} limit ${PAGE * 5})`,
      [accountId],
    );
    return gone === 0 ? null : String(Number(after ?? 0) + 1);
  };

const eraseMessages =
  (pageOf: typeof pageOfCampaigns): Step =>
  async (client, ageing, after) => {
    const { found, next } = await pageOf(client, ageing, after, true);
    await affected(
      client,
      `with ${eraseMessagesWhere(`id = any($1::uuid[]) and to_number <> '${ERASED}'`)}
       delete from message_news n using gone where n.message_id = gone.id`,
      [found.map(({ id }) => id)],
    );
    return next;
  };

const eraseReplies = forgetReplies(ERASED_REPLY, `from_number <> '${ERASED}'`);

const hashListed: Step = async (client, { accountId, hashPhone }, after) => {
  const found = await rows<{ phone: string }>(
    client,
    `select phone from opt_outs where account_id = $1 and phone not like '#%' limit ${PAGE}`,
    [accountId],
  );
  const phones = found.map(({ phone }) => phone);
  await hashOptOuts(client, { accountId, phones, reason: 'erased' }, hashPhone);
  return found.length === 0 ? null : String(Number(after ?? 0) + 1);
};

const IMPORTS = 'select id from list_imports where account_id = $1';

/**
 * Erases a closed account after its grace period: it stops first, then loses all personal data. Left are rows without name,
 * number and text, for the counts; charges and prices; the audit log.
 */
export const ERASURE: readonly Step[] = [
  atOnce(
    `update campaigns set state = 'cancelled' where account_id = $1 and ended_at is null and state <> 'cancelled'`,
    `update api_keys set revoked_at = coalesce(revoked_at, now()), user_id = null, name = '${ERASED}' where account_id = $1`,
    `update callback_endpoints set url = '${ERASED}', fallback_url = null, description = '', secrets = '', last_failure = null,
       deleted_at = coalesce(deleted_at, now()) where account_id = $1`,
    `update reply_emails set address = '${ERASED} ' || id, deleted_at = coalesce(deleted_at, now()) where account_id = $1`,
    `update numbers set last_account_id = account_id, released_at = now(), account_id = null, rented_at = null, rented_until = null,
       rent_months = 0, renews = true, told_expiring_at = null where account_id = $1`,
    'delete from users where account_id = $1',
    'delete from identity_providers where account_id = $1',
    'delete from account_domains where account_id = $1',
  ),
  eraseMessages(pageOfCampaigns),
  eraseMessages(pageOfSingles),
  eraseReplies,
  forgetEvents,
  hashListed,
  remove('list_rows', `import_id in (${IMPORTS} union all select id from saved_lists where account_id = $1)`),
  remove('list_faults', `import_id in (${IMPORTS})`),
  remove('list_preview_phones', 'preview_id in (select id from list_previews where account_id = $1)'),
  ...[
    'conversation_notes',
    'conversations',
    'contacts',
    'dead_numbers',
    'notices',
    'inbound_mails',
    'mail_suppressions',
    'idempotency_keys',
    'compositions',
    'list_previews',
    'list_imports',
    'saved_lists',
    'replays',
    'setting_requests',
    'canned_answers',
    'keyword_rules',
    'reply_views',
    'inbox_views',
    'out_of_hours',
    'brands',
    'routes',
    'account_policies',
    'spend_limits',
  ].map((table) => remove(table)),
  // Rows filed meanwhile.
  eraseMessages(pageOfSingles),
  eraseReplies,
  forgetEvents,
  remove('conversations'),
  remove('inbound_parts', 'reply_id in (select id from replies where account_id = $1)'),
  atOnce(
    `update campaigns set name = '${ERASED}', text = '', sender = null, wire_sender = null, keyword = null, request_id = null,
       http_request_id = null, callback_url = null where account_id = $1`,
  ),
];

export const ERASE_NAME = `update accounts set name = '${ERASED}', octopush_login = null, default_sender = null, two_way = 'off',
  two_way_history = '[]', erased_at = now() where id = $1 and erased_at is null`;
