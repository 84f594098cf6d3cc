import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { newId } from '../../database/ids.ts';
import { Message } from '../../database/sending/message.ts';
import { transaction } from '../../database/sql.ts';
import { insertMessage } from '../../database/campaigns/store-campaign.ts';
import { Sending } from '../campaigns/campaign-request.ts';
import { IdempotencyHeader } from '../http/idempotency.ts';
import { invalid } from '../http/invalid.ts';
import { fresh, MessageView, messageView } from '../campaigns/message-view.ts';
import { ofOne, planCampaign } from '../../planning/plan-campaign.ts';
import { conflict, missing, notFound, problems, refused } from '../http/problem.ts';
import { loadPlanRules } from '../../planning/load-rules.ts';
import { body, IdParam, json } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const NewMessageBody = z
  .strictObject({
    to: z.string().min(1).max(40).openapi({ example: '+33612345678' }),
    text: z.string().min(1).max(5000),
    ...Sending,
    reference: z.string().max(255).optional().openapi({ description: 'Your own, echoed in every callback about this message' }),
  })
  .openapi('NewMessage');

const AcceptedMessage = MessageView.extend({
  given: z
    .object({ sender: z.string().nullable() })
    .openapi({ description: 'The sender as it was given; `sender` says what it became' }),
}).openapi('AcceptedMessage');

const create = createRoute({
  method: 'post',
  path: '/messages',
  operationId: 'createMessage',
  tags: ['Messages'],
  summary: 'Send one message. It belongs to no campaign and is transactional; the tags {{to}} and {{reference}} are known',
  request: { headers: IdempotencyHeader, body: body(NewMessageBody) },
  responses: {
    202: { description: 'Stored, and on its way', content: json(AcceptedMessage) },
    ...problems,
    ...conflict,
    ...refused,
  },
});

const get = createRoute({
  method: 'get',
  path: '/messages/{id}',
  operationId: 'getMessage',
  tags: ['Messages'],
  summary: 'A message, of a campaign or not',
  request: { params: IdParam },
  responses: { 200: { description: 'The message', content: json(MessageView) }, ...problems, ...notFound },
});

export const messages = (services: ApiServices) => {
  const { db, runs } = services;
  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(create, async (c) => {
      const account = c.get('account');
      const { to, reference, text, route, sender, withReplies, allowUnreachable, optimise, simulation } = c.req.valid('json');
      const recipients = [reference === undefined ? { to } : { to, reference }];
      const id = newId();
      const plan = await planCampaign(
        { route, text, sender, withReplies, allowUnreachable, sendAt: null, purpose: 'transactional', optimise, recipients },
        await loadPlanRules(services, account, route),
      );
      if ('refused' in plan) throw ofOne(plan.refused, 'to');
      const [message] = plan.messages;
      if (!message) throw new Error('A plan without refusal has one message for one recipient');

      const basis = { accountId: account.id, campaignId: null, conversationId: null, carrierId: plan.carrierId, simulation };
      const stored = { ...message, id, row: null };
      const view = { ...messageView({ ...fresh, ...stored, ...basis, toNumber: message.to }), given: { sender: sender ?? null } };
      await transaction(db.pool, async (client) => {
        await insertMessage(client, { ...basis, twoWay: account.twoWay === 'on' }, stored);
        await c.get('idempotency')?.keep(client, 202, view);
      });
      runs.sendMessages([id]);
      return c.json(view, 202);
    })
    .openapi(get, async (c) => {
      const message = await db.em().findOne(Message, { id: c.req.valid('param').id, accountId: c.get('account').id });
      if (!message) throw missing();
      return c.json(messageView(message), 200);
    });
};
