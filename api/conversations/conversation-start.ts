import { z } from '@hono/zod-openapi';
import { newId } from '../../database/ids.ts';
import { touch } from '../../database/live.ts';
import { rows, transaction } from '../../database/sql.ts';
import { insertMessage } from '../../database/campaigns/store-campaign.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { conversationView, ConversationView, findConversation } from './conversation-view.ts';
import { refuseOptedOut } from '../../database/contacts/opt-out.ts';
import { SkipOptedOut } from '../campaigns/campaign-request.ts';
import { IdempotencyHeader } from '../http/idempotency.ts';
import { ofOne, planCampaign } from '../../planning/plan-campaign.ts';
import { conflict, refused } from '../http/problem.ts';
import { accepted, forAccounts, routesOf } from '../http/route.ts';
import { loadPlanRules } from '../../planning/load-rules.ts';
import { refuseBeyond } from '../../domain/sending/spend-limit.ts';
import { body } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Start = z
  .strictObject({
    phone: z.string().min(1).max(40).openapi({ example: '+33612345678' }),
    text: z.string().min(1).max(2000),
    skipOptedOut: SkipOptedOut,
  })
  .openapi('NewConversation');

const route = routesOf('Conversations');
const start = route('post', '/conversations', 'startConversation', {
  summary: 'Write to a number by an SMS that can be answered; refused where a conversation with it exists: answer there',
  request: { headers: IdempotencyHeader, body: body(Start) },
  responses: accepted('Stored, and on its way', ConversationView, { ...conflict, ...refused }),
});

export const conversationStart = (services: ApiServices) => {
  const { db, runs } = services;
  return forAccounts().openapi(start, async (c) => {
    const account = c.get('account');
    const { phone, text, skipOptedOut } = c.req.valid('json');
    const asked = { route: 'premium' as const, text, sender: undefined, withReplies: true, allowUnreachable: false };
    const rules = await loadPlanRules(services, account, 'premium');
    const plan = await planCampaign(
      { ...asked, sendAt: null, purpose: 'transactional', optimise: false, recipients: [{ to: phone }] },
      rules,
    );
    if ('refused' in plan) throw ofOne(plan.refused, 'phone');
    const [message] = plan.messages;
    if (!message || message.replyCode === null) throw new Error('A plan with replies has one message that can be answered');

    if (!skipOptedOut) await refuseOptedOut(db.pool, account.id, message.to, services.hashPhone);
    refuseBeyond(message.costMicros, await rules.room(new Date()));
    const { replyCode } = message;
    const [id, messageId] = [newId(), newId()];
    const { carrierId } = plan;
    const view = await transaction(db.pool, async (client) => {
      const made = await rows(
        client,
        `insert into conversations (id, account_id, phone, reply_code, carrier_id, answers, last_reply_at, created_at)
         values ($1, $2, $3, $4, $5, 1, now(), now()) on conflict (account_id, phone) do nothing returning id`,
        [id, account.id, message.to, replyCode, carrierId],
      );
      if (made.length === 0) throw new AppError('conflict', said('conversation-exists'));
      const basis = { accountId: account.id, campaignId: null, conversationId: id, carrierId, simulation: false, twoWay: true };
      await insertMessage(client, basis, { ...message, id: messageId, row: null });
      const shown = conversationView(await findConversation(client, id, account), account);
      await c.get('idempotency')?.keep(client, 202, shown);
      return shown;
    });
    runs.sendMessages([messageId]);
    await touch(db.pool, account.id);
    return c.json(view, 202);
  });
};
