import { z } from '@hono/zod-openapi';
import { Readable } from 'node:stream';
import type { Pool, PoolClient } from 'pg';
import { requireRoom } from '../../database/caps.ts';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { copyListRows } from '../../database/campaigns/store-list.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { campaignView, CampaignView } from './campaign-view.ts';
import { begun, UNBEGUN } from './reschedule.ts';
import { importStored, nobody } from './lists.ts';
import { conflict, existing, notFound, refused } from '../http/problem.ts';
import { accepted, forAccounts, routesOf } from '../http/route.ts';
import { body, IdParam } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Again = z
  .strictObject({
    to: z.enum(['not-reached', 'not-answered', 'all']).openapi({
      description:
        'not-reached: whose message failed, expired, was not delivered or was left out; not-answered: who got it and wrote nothing back',
    }),
    name: z.string().trim().min(1).max(200).optional().openapi({ description: 'Left out: the same' }),
    replace: z.boolean().default(false).openapi({
      description: 'Of a campaign that waits for its time: it is cancelled as the new one is launched, and not before',
    }),
  })
  .openapi('WriteAgain');

const route = routesOf('Campaigns');
const again = route('post', '/campaigns/{id}/again', 'writeAgain', {
  summary: 'A draft of the same campaign, to those of its recipients whose messages stand so. Who opted out is left out',
  request: { params: IdParam, body: body(Again) },
  responses: accepted('Made; its rows are being looked at', CampaignView, { ...notFound, ...conflict, ...refused }),
});

const WHOSE: Record<z.infer<typeof Again>['to'], string> = {
  all: 'true',
  'not-reached': `m.state in ('undelivered', 'expired', 'failed', 'skipped')`,
  'not-answered': `m.state in ('accepted', 'delivered', 'unknown', 'simulated')
    and not exists (select from replies r where r.account_id = m.account_id and r.campaign_id = m.campaign_id and r.from_number = m.to_number)`,
};
const PAGE = 5000;
/** The columns that a contact fills, where the campaign's rows were not kept. */
const COLUMNS = ['to', 'reference', 'firstName', 'lastName'];
type Person = { row: number; to: string; reference: string | null; firstName: string | null; lastName: string | null };

/** Copies a campaign as a draft whose list follows. */
const COPY = `insert into campaigns (id, account_id, carrier_id, name, route, text, sender, with_replies, allow_unreachable, simulation,
    resend_in_doubt, optimise, purpose, callback_url, callback_endpoint_id, keyword, send_at, expires_at, replaces_id, state, total, segments, created_at)
  select $1, account_id, carrier_id, coalesce($4, name), route, text, sender, with_replies, allow_unreachable, simulation, resend_in_doubt, optimise,
    purpose, callback_url, callback_endpoint_id, case when $5 then keyword end, case when $5 then send_at end, case when $5 then expires_at end,
    case when $5 then id end, 'importing', 0, 0, now()
  from campaigns where id = $2 and account_id = $3 and launched_at is not null and (not $5 or ${UNBEGUN})`;

/** The chosen recipients, by number. */
async function chosen(pool: Pool, campaign: Campaign, to: keyof typeof WHOSE): Promise<Map<string, Person>> {
  const found = new Map<string, Person>();
  for (let after = 0; ;) {
    const page = await rows<Person>(
      pool,
      `select m.row, m.to_number as "to", m.reference, c.first_name as "firstName", c.last_name as "lastName"
       from messages m left join contacts c on c.account_id = m.account_id and c.phone = m.to_number
       where m.campaign_id = $1 and m.account_id = $2 and m.row > $3 and m.to_number like '+%' and ${WHOSE[to]}
         and not exists (select from opt_outs o where o.account_id = m.account_id and o.phone = m.to_number)
       order by m.row limit ${PAGE}`,
      [campaign.id, campaign.account, after],
    );
    for (const person of page) found.set(person.to, person);
    const last = page.at(-1);
    if (!last || page.length < PAGE) return found;
    after = last.row;
  }
}

/** The places of their original rows, each number once. */
async function placesOf(pool: Pool, list: string, country: string, people: Map<string, Person>): Promise<number[]> {
  const left = new Set(people.keys());
  const places: number[] = [];
  for (let after = 0; ;) {
    const page = await rows<{ row: number; to: string | null }>(
      pool,
      `select row, "values"->>'to' as "to" from list_rows where import_id = $1 and row > $2 order by row limit ${PAGE}`,
      [list, after],
    );
    for (const { row, to } of page) {
      const phone = normalisePhone(to ?? '', country);
      if ('e164' in phone && left.delete(phone.e164)) places.push(row);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return places;
    after = last.row;
  }
}

/** Copies the rows at those places. */
const copyRows = (client: PoolClient, importId: string, list: string, places: number[]): Promise<number> =>
  affected(
    client,
    `insert into list_rows (import_id, row, "values")
     select $1, row_number() over (order by row), "values" from list_rows where import_id = $2 and row = any($3::int[])`,
    [importId, list, places],
  );

export const writeAgain = ({ db, runs }: ApiServices) =>
  forAccounts().openapi(again, async (c) => {
    const { id: before } = c.req.valid('param');
    const { to, name, replace } = c.req.valid('json');
    const account = c.get('account');
    const campaign = existing(await db.em().findOne(Campaign, { id: before, account: account.id }));
    const [list] = await rows<{ id: string; columns: string[] }>(
      db.pool,
      `select i.id, i.columns from list_imports i where i.campaign_id = $1 and i.account_id = $2 and exists (select from list_rows r where r.import_id = i.id)
       order by i.id desc limit 1`,
      [before, account.id],
    );
    const people = await chosen(db.pool, campaign, to);
    const places = list ? await placesOf(db.pool, list.id, account.country, people) : [];
    const known = Readable.from(
      [...people.values()].map(({ to, reference, firstName, lastName }) => ({ to, reference, firstName, lastName })),
    );
    const [id, importId] = [newId(), newId()];
    await transaction(db.pool, async (client) => {
      await requireRoom(client, 'drafts', { accountId: account.id });
      if ((await affected(client, COPY, [id, before, account.id, name ?? null, replace])) === 0) {
        if (replace) throw begun();
        throw new AppError('conflict', said('campaign-not-in-state', { state: campaign.state, from: ['launched'] }));
      }
      const listed = await (list ? copyRows(client, importId, list.id, places) : copyListRows(client, importId, known));
      if (listed === 0) throw nobody();
      const columns = list?.columns ?? COLUMNS;
      await importStored(client, { id: importId, accountId: account.id, campaignId: id, columns, listed });
    });
    runs.importRecipients(importId, account.id);
    return c.json(campaignView(await db.em().findOneOrFail(Campaign, { id, account: account.id })), 202);
  });
