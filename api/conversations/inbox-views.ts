import { z } from '@hono/zod-openapi';
import { SavedInboxView } from '../../database/conversations/inbox-view.ts';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { INBOX_VIEWS, inboxQuery } from '../../domain/conversations/inbox-views.ts';
import { because } from '../../domain/problems/said.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import { saveView, whoseOf } from '../replies/save-view.ts';
import type { ApiServices, CallingAccount } from '../services.ts';
import { conversationConditions } from './conversation-filters.ts';

const MOST_COUNTED = 1000;

const filters = z
  .strictObject({
    view: z.enum(INBOX_VIEWS).default('open'),
    campaign: Id.nullable().default(null),
    search: z
      .string()
      .trim()
      .min(2)
      .max(100)
      .refine((text) => text.replaceAll(/\D/g, '').length < 7, because('number-in-view'))
      .nullable()
      .default(null),
  })
  .openapi('InboxFilters');
const NewView = z.strictObject({ name: z.string().trim().min(1).max(60), filters }).openapi('NewInboxView');
const View = z.object({ id: Id, name: z.string(), filters, createdAt: Time }).openapi('InboxView');
export const CountedInboxView = View.extend({
  count: z.int().openapi({ description: `Its conversations, ${MOST_COUNTED} at most` }),
}).openapi('CountedInboxView');

const route = routesOf('Conversations');
const list = route('get', '/inbox-views', 'listInboxViews', {
  summary: 'Views of the inbox that the caller saved, oldest first. Each person and each key has its own',
  responses: ok('All of them', z.object({ items: z.array(View) })),
});
const create = route('post', '/inbox-views', 'createInboxView', {
  summary: 'Save filters of the inbox under a name',
  request: { body: body(NewView) },
  responses: created('Saved', View, conflict),
});
const remove = route('delete', '/inbox-views/{id}', 'deleteInboxView', {
  summary: 'Delete a saved view of the inbox',
  request: { params: IdParam },
  responses: done('Deleted', notFound),
});

const viewOf = (view: SavedInboxView) => shown(View, view);

/** The caller's saved views with their counts. `me`: the person for `mine`. */
export async function countedViews(db: ApiServices['db'], account: CallingAccount, owner: string, me: string | null) {
  const found = await db.em().find(SavedInboxView, { account: account.id, owner }, { orderBy: { id: 'asc' } });
  const count = async (view: SavedInboxView): Promise<number> => {
    const { values, conditions } = conversationConditions(inboxQuery(view.filters), account, me);
    const fitting = `select from conversations c where ${conditions.join(' and ')} limit ${MOST_COUNTED}`;
    const [counted] = await rows<{ n: number }>(db.pool, `select count(*)::int as n from (${fitting}) each`, values);
    return counted?.n ?? 0;
  };
  // One connection at a time: every open tab asks for this at each news.
  const counted: z.infer<typeof CountedInboxView>[] = [];
  for (const view of found) counted.push({ ...viewOf(view), count: await count(view) });
  return counted;
}

export const inboxViews = (services: ApiServices) => {
  const { db } = services;
  return forAccounts()
    .openapi(list, async (c) => {
      const whose = whoseOf(c);
      const found = await db.em().find(SavedInboxView, whose, { orderBy: { id: 'asc' } });
      return c.json({ items: found.map(viewOf) }, 200);
    })
    .openapi(create, async (c) => {
      const whose = whoseOf(c);
      const asked = c.req.valid('json');
      const em = db.em();
      const view = em.create(SavedInboxView, { id: newId(), ...whose, ...asked, createdAt: new Date() });
      await saveView(services, em, { kind: 'inbox-views', ...whose, campaign: asked.filters.campaign });
      return c.json(viewOf(view), 201);
    })
    .openapi(remove, async (c) => {
      const em = db.em();
      const whose = whoseOf(c);
      const view = existing(await em.findOne(SavedInboxView, { id: c.req.valid('param').id, ...whose }));
      await em.remove(view).flush();
      return c.body(null, 204);
    });
};
