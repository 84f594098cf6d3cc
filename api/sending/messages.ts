import { z } from '@hono/zod-openapi';
import { Message } from '../../database/sending/message.ts';
import { transaction } from '../../database/sql.ts';
import { insertMessage } from '../../database/campaigns/store-campaign.ts';
import type { Context } from 'hono';
import { totalCost } from '../../domain/campaigns/cost.ts';
import { Sending, SkipOptedOut, Validity } from '../campaigns/campaign-request.ts';
import { Warnings, warningsView } from '../campaigns/campaign-view.ts';
import { speak } from '../http/language.ts';
import { Money, moneyOrNone } from '../http/money-view.ts';
import { planMessages, setTimes, type Asked } from './plan-messages.ts';
import { IdempotencyHeader } from '../http/idempotency.ts';
import { fresh, MessageView, messageView } from '../campaigns/message-view.ts';
import { conflict, existing, notFound, refused } from '../http/problem.ts';
import { accepted, forAccounts, ok, routesOf } from '../http/route.ts';
import { body, IdParam, TimeIn } from '../http/schemas.ts';
import type { AccountEnv, ApiServices, CallingAccount } from '../services.ts';

const NewMessageBody = z
  .strictObject({
    to: z.string().min(1).max(40).openapi({ example: '+33612345678' }),
    text: z.string().min(1).max(5000),
    ...Sending,
    skipOptedOut: SkipOptedOut,
    sendAt: TimeIn.optional().openapi({ description: 'Left out: at once' }),
    validity: Validity,
    reference: z.string().max(255).optional().openapi({ description: 'Your own, echoed in every callback about this message' }),
  })
  .openapi('NewMessage');

const AcceptedMessage = MessageView.extend({
  given: z
    .object({ sender: z.string().nullable() })
    .openapi({ description: 'The sender as it was given; `sender` says what it became' }),
  warnings: Warnings,
}).openapi('AcceptedMessage');

const route = routesOf('Messages');
const create = route('post', '/messages', 'createMessage', {
  summary: 'Send one message. It belongs to no campaign and is transactional; the tags {{to}} and {{reference}} are known',
  request: { headers: IdempotencyHeader, body: body(NewMessageBody) },
  responses: accepted('Stored, and on its way', AcceptedMessage, { ...conflict, ...refused }),
});

const Bulk = z
  .strictObject({ messages: z.array(NewMessageBody).min(1).max(1000) })
  .openapi('NewMessages', { description: 'Different messages: each with its own text, sender and time' });
const AcceptedMessages = z
  .object({
    items: z
      .array(AcceptedMessage.omit({ warnings: true }).openapi('AcceptedOfMany'))
      .openapi({ description: 'In the order they were sent' }),
    cost: Money.nullable().openapi({ description: 'Of all of them; null where no price is set' }),
    warnings: Warnings,
  })
  .openapi('AcceptedMessages');
const createMany = route('post', '/messages/bulk', 'createMessages', {
  summary:
    'Send up to 1,000 different messages in one call: all of them are taken, or none, and each that is wrong is named by its row',
  request: { headers: IdempotencyHeader, body: body(Bulk) },
  responses: accepted('Stored, and on their way', AcceptedMessages, { ...conflict, ...refused }),
});

const get = route('get', '/messages/{id}', 'getMessage', {
  summary: 'A message, of a campaign or not',
  request: { params: IdParam },
  responses: ok('The message', MessageView, notFound),
});

export const messages = (services: ApiServices) => {
  const { db, runs } = services;
  async function accept(account: CallingAccount, asked: readonly Asked[]) {
    const { ready, warnings } = await planMessages(services, account, asked);
    const items = ready.map((one) => {
      const basis = {
        accountId: account.id,
        campaignId: null,
        conversationId: null,
        carrierId: one.carrierId,
        simulation: one.asked.simulation,
      };
      const stored = { ...one.message, row: null };
      const shown = messageView({ ...fresh, ...stored, ...basis, toNumber: stored.to, notBefore: one.sendAt });
      return { one, basis, stored, view: { ...shown, given: { sender: one.asked.sender ?? null } } };
    });
    return { items, warnings };
  }
  async function store(c: Context<AccountEnv>, items: Awaited<ReturnType<typeof accept>>['items'], accepted: unknown) {
    const twoWay = c.get('account').twoWay === 'on';
    await transaction(db.pool, async (client) => {
      for (const { basis, stored } of items) await insertMessage(client, { ...basis, twoWay }, stored);
      await setTimes(
        client,
        items.map(({ one }) => one),
      );
      await c.get('idempotency')?.keep(client, 202, accepted);
    });
    runs.sendMessages(items.map(({ stored }) => stored.id));
  }
  return forAccounts()
    .openapi(create, async (c) => {
      const { items, warnings } = await accept(c.get('account'), [c.req.valid('json')]);
      const [{ view } = { view: null }] = items;
      if (!view) throw new Error('A plan without refusal has one message for one recipient');
      const accepted = { ...view, warnings: warningsView(warnings, speak(c)) };
      await store(c, items, accepted);
      return c.json(accepted, 202);
    })
    .openapi(createMany, async (c) => {
      const { items, warnings } = await accept(c.get('account'), c.req.valid('json').messages);
      const cost = moneyOrNone(totalCost(items.map(({ one }) => one.message)));
      const accepted = { items: items.map(({ view }) => view), cost, warnings: warningsView(warnings, speak(c)) };
      await store(c, items, accepted);
      return c.json(accepted, 202);
    })
    .openapi(get, async (c) => {
      const message = existing(await db.em().findOne(Message, { id: c.req.valid('param').id, accountId: c.get('account').id }));
      return c.json(messageView(message), 200);
    });
};
