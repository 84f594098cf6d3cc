import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { affected, rows } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { quietEffect, quietWarning } from '../../domain/sending/quiet-effect.ts';
import { loadPlanRules } from '../../planning/load-rules.ts';
import { sendTime } from './campaign-request.ts';
import { campaignView, CampaignView, Warnings, warningsView } from './campaign-view.ts';
import { speak } from '../http/language.ts';
import { conflict, existing, notFound, refused } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body, IdParam, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const route = routesOf('Campaigns');
const reschedule = route('post', '/campaigns/{id}/reschedule', 'rescheduleCampaign', {
  summary: 'Move a campaign that waits for its time to another one; not once it has begun',
  request: { params: IdParam, body: body(z.strictObject({ sendAt: TimeIn }).openapi('Reschedule')) },
  responses: ok('The campaign as it is now, and what to know of that hour', CampaignView.extend({ warnings: Warnings }), {
    ...notFound,
    ...conflict,
    ...refused,
  }),
});

/** The campaign still waits for its time, by the sender's clock. */
export const UNBEGUN = `state in ('launched', 'paused') and send_at > clock_timestamp()`;
export const begun = (): AppError => new AppError('conflict', said('campaign-begun'));

/**
 * The run reads the row under the same lock before it sends: it sees either its time come, which is past here too, or the new
 * time. Returns the first phones of a moved campaign.
 */
const MOVED = `with moved as (
    update campaigns set send_at = $3, expires_at = expires_at + ($3 - send_at)
    where id = $1 and account_id = $2 and ${UNBEGUN} returning id
  ) select m.to_number as phone from moved join messages m on m.campaign_id = moved.id order by m.row limit 1000`;

/** Cancels the campaign that a new one replaces. Throws when it has begun; then nothing is launched. */
export async function putAside(client: PoolClient, accountId: string, id: string): Promise<void> {
  const moved = await affected(
    client,
    `update campaigns set state = 'cancelled' where id = $1 and account_id = $2 and ${UNBEGUN}`,
    [id, accountId],
  );
  const gone = await rows(client, `select from campaigns where id = $1 and account_id = $2 and state = 'cancelled'`, [
    id,
    accountId,
  ]);
  if (moved + gone.length === 0) throw begun();
}

export const rescheduling = (services: ApiServices) => {
  const { db, runs } = services;
  return forAccounts().openapi(reschedule, async (c) => {
    const { id } = c.req.valid('param');
    const account = c.get('account');
    const sendAt = sendTime(c.req.valid('json').sendAt, Date.now());
    const phones = await rows<{ phone: string }>(db.pool, MOVED, [id, account.id, sendAt]);
    const campaign = existing(await db.em().findOne(Campaign, { id, account: account.id }));
    if (phones.length === 0) throw begun();
    runs.campaignChanged(id);
    const { policies } = await loadPlanRules(services, account, campaign.route);
    const quiet = quietEffect(
      phones.map(({ phone }) => phone),
      sendAt ?? new Date(),
      { ...policies, purpose: campaign.purpose },
    );
    return c.json({ ...campaignView(campaign), warnings: warningsView(quietWarning(quiet), speak(c)) }, 200);
  });
};
