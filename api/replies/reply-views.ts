import { z } from '@hono/zod-openapi';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { newId } from '../../database/ids.ts';
import { ReplyView } from '../../database/replies/reply-view.ts';
import { because } from '../../domain/problems/said.ts';
import { REPLY_COLUMNS, USUAL_COLUMNS } from '../../domain/replies/reply-table.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import { saveView, whoseOf } from './save-view.ts';
import type { ApiServices } from '../services.ts';

const NO_FILTERS = { search: null, campaign: null, keyword: null, days: null };

const Columns = z.array(z.enum(REPLY_COLUMNS)).min(1).max(REPLY_COLUMNS.length);
const filters = z
  .strictObject({
    search: z
      .string()
      .trim()
      .min(2)
      .max(200)
      .refine((text) => text.replaceAll(/\D/g, '').length < 7, because('number-in-view'))
      .nullable()
      .default(null),
    campaign: Id.nullable().default(null),
    keyword: z.enum(['stop', 'start', 'contact', 'looks-like-stop']).nullable().default(null),
    days: z.int().min(1).max(366).nullable().default(null).openapi({ description: 'Of the last so many days' }),
  })
  .openapi('ReplyViewFilters');
const NewView = z.strictObject({ name: z.string().trim().min(1).max(60), filters, columns: Columns }).openapi('NewReplyView');
const View = z.object({ id: Id, name: z.string(), filters, columns: Columns, createdAt: Time }).openapi('ReplyView');
const Views = z
  .object({ columns: Columns.openapi({ description: 'As the caller left the table' }), items: z.array(View) })
  .openapi('ReplyViews');

const route = routesOf('Replies');
const list = route('get', '/reply-views', 'listReplyViews', {
  summary: 'How the caller looks at received SMS: the columns, and the views they saved. Each person and each key has its own',
  responses: ok('All of them', Views),
});
const create = route('post', '/reply-views', 'createReplyView', {
  summary: 'Save a view: filters and columns under a name',
  request: { body: body(NewView) },
  responses: created('Saved', View, conflict),
});
const choose = route('put', '/reply-views/columns', 'chooseReplyColumns', {
  summary: 'Say which columns the table has when no view is open',
  request: { body: body(z.strictObject({ columns: Columns }).openapi('ReplyColumns')) },
  responses: done('Kept'),
});
const remove = route('delete', '/reply-views/{id}', 'deleteReplyView', {
  summary: 'Delete a saved view',
  request: { params: IdParam },
  responses: done('Deleted', notFound),
});

const viewOf = (view: ReplyView) => shown(View, view, { name: view.name ?? '' });

export const replyViews = (services: ApiServices) => {
  const { db } = services;
  return forAccounts()
    .openapi(list, async (c) => {
      const whose = whoseOf(c);
      const found = await db.em().find(ReplyView, whose, { orderBy: { id: 'asc' } });
      const columns = found.find(({ name }) => name === null)?.columns ?? [...USUAL_COLUMNS];
      return c.json({ columns, items: found.filter(({ name }) => name !== null).map(viewOf) }, 200);
    })
    .openapi(create, async (c) => {
      const whose = whoseOf(c);
      const asked = c.req.valid('json');
      const em = db.em();
      const view = em.create(ReplyView, { id: newId(), ...whose, ...asked, createdAt: new Date() });
      await saveView(services, em, { kind: 'reply-views', ...whose, campaign: asked.filters.campaign });
      return c.json(viewOf(view), 201);
    })
    .openapi(choose, async (c) => {
      const whose = whoseOf(c);
      const { columns } = c.req.valid('json');
      const mine = { ...whose, name: null };
      if ((await db.em().nativeUpdate(ReplyView, mine, { columns })) === 0) {
        const first = { id: newId(), ...mine, filters: NO_FILTERS, columns, createdAt: new Date() };
        await db
          .em()
          .insert(ReplyView, first)
          .catch(async (error: unknown) => {
            if (!(error instanceof UniqueConstraintViolationException)) throw error;
            // Another tab was first; the later choice wins.
            await db.em().nativeUpdate(ReplyView, mine, { columns });
          });
      }
      return c.body(null, 204);
    })
    .openapi(remove, async (c) => {
      const em = db.em();
      const whose = whoseOf(c);
      const view = existing(await em.findOne(ReplyView, { id: c.req.valid('param').id, ...whose, name: { $ne: null } }));
      await em.remove(view).flush();
      return c.body(null, 204);
    });
};
