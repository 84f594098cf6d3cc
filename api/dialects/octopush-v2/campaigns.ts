import { affected, rows } from '../../../database/sql.ts';
import type { ApiServices, CallingAccount } from '../../services.ts';
import { textOf } from '../octopush/read-values.ts';
import { OctopushError } from '../octopush/refusals.ts';
import type { Fields } from './send.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TICKETS = ['ticket_number', 'sms_ticket', 'ticket'];

/** The ticket that a request names. Throws for one that nobody was ever given. */
export function ticketOf(fields: Fields): string {
  const ticket = TICKETS.map((name) => textOf(fields[name]).trim()).find((each) => each !== '') ?? '';
  if (!UUID.test(ticket)) throw new OctopushError(131);
  return ticket.toLowerCase();
}

/** `DELETE /sms-campaign/cancel`: what has not gone yet does not go. */
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

/** `GET /sms-campaign/draft`: everything accepted here is validated. */
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
