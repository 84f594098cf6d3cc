import { affected, rows } from '../../../database/sql.ts';
import type { ApiServices, CallingAccount } from '../../services.ts';
import { textOf } from '../octopush/read-values.ts';
import { OctopushError } from '../octopush/refusals.ts';
import type { ForeignRecipient } from '../accept-foreign-send.ts';
import { tagOf } from './contacts.ts';
import { accept, readSend, type Fields } from './send.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TICKETS = ['ticket_number', 'sms_ticket', 'ticket'];

export function ticketOf(fields: Fields): string {
  const ticket = TICKETS.map((name) => textOf(fields[name]).trim()).find((each) => each !== '') ?? '';
  if (!UUID.test(ticket)) throw new OctopushError(131);
  return ticket.toLowerCase();
}

/** Contacts with a tag, and their values. Throws where there are none. */
async function contactsOf({ db }: ApiServices, account: CallingAccount, tag: string): Promise<ForeignRecipient[]> {
  const found = await rows<{ phone: string; first_name: string | null; last_name: string | null }>(
    db.pool,
    'select phone, first_name, last_name from contacts where account_id = $1 and $2 = any(tags) order by id',
    [account.id, tag],
  );
  if (found.length === 0) throw new OctopushError(303);
  return found.map(({ phone, first_name: first, last_name: last }) => ({
    phone,
    values: { first_name: first ?? '', last_name: last ?? '' },
  }));
}

/** `POST /sms-campaign-on-list/create` and `-on-tag/`: planned at once, sent by a later call. */
export async function createOnTag(services: ApiServices, account: CallingAccount, body: Fields) {
  const recipients = await contactsOf(services, account, tagOf(body['list_name']) || tagOf(body['tag_name']));
  const sent = await accept(services, account, { ...readSend(body), recipients, onWord: true });
  return { ticket_number: sent.sms_ticket, ...sent };
}

/** Its `POST …/send`. Throws unless the campaign waits for it. */
export async function sendOnTag({ db, runs }: ApiServices, account: CallingAccount, ticket: string) {
  const moved = await affected(
    db.pool,
    `update campaigns set state = 'launched' where id = $1 and account_id = $2 and state = 'paused'`,
    [ticket, account.id],
  );
  if (moved === 0) throw new OctopushError(131);
  runs.campaignChanged(ticket);
  return { ticket_number: ticket };
}

/** Its `GET …/status`. */
export async function showOnTag({ db }: ApiServices, account: CallingAccount, ticket: string) {
  const [found] = await rows<{ state: string }>(db.pool, 'select state from campaigns where id = $1 and account_id = $2', [
    ticket,
    account.id,
  ]);
  if (!found) throw new OctopushError(131);
  return { ticket_number: ticket, status: found.state === 'cancelled' ? 'failed' : 'ready_to_be_sent' };
}

/** `DELETE /sms-campaign/cancel`: cancels what has not gone yet. */
export async function cancelCampaign({ db, runs }: ApiServices, account: CallingAccount, ticket: string): Promise<void> {
  const campaigns = await affected(
    db.pool,
    `update campaigns set state = 'cancelled' where id = $1 and account_id = $2 and state in ('launched', 'paused')`,
    [ticket, account.id],
  );
  if (campaigns > 0) return runs.campaignChanged(ticket);
  const messages = await affected(
    db.pool,
    `update messages set state = 'skipped', reason = 'cancelled', settled_at = now()
     where id = $1 and account_id = $2 and campaign_id is null and state = 'queued'`,
    [ticket, account.id],
  );
  if (messages === 0) throw new OctopushError(131);
}

/** `GET /sms-campaign/draft`: everything accepted is validated. */
export async function showDraft({ db }: ApiServices, account: CallingAccount, ticket: string) {
  const [found] = await rows<{ contacts: number; micros: string | null }>(
    db.pool,
    `select total as contacts, cost_micros as micros from campaigns where id = $1 and account_id = $2
     union all select 1, cost_micros from messages where id = $1 and account_id = $2 and campaign_id is null`,
    [ticket, account.id],
  );
  if (!found) throw new OctopushError(131);
  return {
    ticket_number: ticket,
    number_of_contacts: found.contacts,
    total_cost: Number(found.micros ?? 0) / 1_000_000,
    status: 'validated',
    message: '',
    code: 0,
  };
}
