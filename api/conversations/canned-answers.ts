import { z } from '@hono/zod-openapi';
import { flushWithRoom } from '../../database/caps.ts';
import { CannedAnswer } from '../../database/conversations/canned-answer.ts';
import { newId } from '../../database/ids.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const fields = {
  name: z.string().trim().min(1).max(60),
  text: z.string().min(1).max(2000).openapi({
    description: 'The tags {{firstName}}, {{lastName}} and {{phone}} are filled in by the console as it is chosen',
  }),
};
const NewCanned = z.strictObject(fields).openapi('NewCannedAnswer');
const CannedView = z.object({ id: Id, ...fields, createdAt: Time }).openapi('CannedAnswer');

const route = routesOf('Conversations');
const one = ok('The answer', CannedView, notFound);
const list = route('get', '/canned-answers', 'listCannedAnswers', {
  summary: 'Answers that are kept ready, oldest first',
  responses: ok('All of them', z.object({ items: z.array(CannedView) })),
});
const create = route('post', '/canned-answers', 'createCannedAnswer', {
  summary: 'Keep an answer ready',
  request: { body: body(NewCanned) },
  responses: created('Kept', CannedView, conflict),
});
const change = route('put', '/canned-answers/{id}', 'changeCannedAnswer', {
  summary: 'Change an answer that is kept ready',
  request: { params: IdParam, body: body(NewCanned) },
  responses: one,
});
const remove = route('delete', '/canned-answers/{id}', 'deleteCannedAnswer', {
  summary: 'Delete an answer that is kept ready',
  request: { params: IdParam },
  responses: done('Deleted', notFound),
});

const view = (answer: CannedAnswer) => shown(CannedView, answer);

export const cannedAnswers = ({ db }: ApiServices) => {
  async function find(id: string, account: string) {
    const em = db.em();
    const answer = existing(await em.findOne(CannedAnswer, { id, account }));
    return { em, answer };
  }

  return forAccounts()
    .openapi(list, async (c) => {
      const found = await db.em().find(CannedAnswer, { account: c.get('account').id }, { orderBy: { id: 'asc' } });
      return c.json({ items: found.map(view) }, 200);
    })
    .openapi(create, async (c) => {
      const account = c.get('account').id;
      const em = db.em();
      const answer = em.create(CannedAnswer, { id: newId(), account, ...c.req.valid('json'), createdAt: new Date() });
      await flushWithRoom(db.pool, em, 'canned-answers', { accountId: account });
      return c.json(view(answer), 201);
    })
    .openapi(change, async (c) => {
      const { em, answer } = await find(c.req.valid('param').id, c.get('account').id);
      em.assign(answer, c.req.valid('json'));
      await em.flush();
      return c.json(view(answer), 200);
    })
    .openapi(remove, async (c) => {
      const { em, answer } = await find(c.req.valid('param').id, c.get('account').id);
      await em.remove(answer).flush();
      return c.body(null, 204);
    });
};
