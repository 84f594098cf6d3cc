import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { ApiKey } from '../../database/people/api-key.ts';
import { invalid } from '../http/invalid.ts';
import { CreatedKey, KeyView, keyView, makeKey, NewKey, revokeKey } from './operator-keys.ts';
import { conflict, missing, notFound, problems } from '../http/problem.ts';
import { body, IdParam, json } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const tags = ['Account'];
const list = createRoute({
  method: 'get',
  path: '/keys',
  operationId: 'listOwnKeys',
  tags,
  summary: 'The API keys of the account, oldest first',
  responses: { 200: { description: 'All of them', content: json(z.object({ items: z.array(KeyView) })) }, ...problems },
});
const create = createRoute({
  method: 'post',
  path: '/keys',
  operationId: 'createOwnKey',
  tags,
  summary: 'Make an API key. It may do what an owner may',
  request: { body: body(NewKey) },
  responses: { 201: { description: 'Made', content: json(CreatedKey) }, ...problems },
});
const revoke = createRoute({
  method: 'delete',
  path: '/keys/{id}',
  operationId: 'revokeOwnKey',
  tags,
  summary: 'Revoke a key: it opens nothing from this moment on',
  request: { params: IdParam },
  responses: { 204: { description: 'Revoked' }, ...problems, ...notFound, ...conflict },
});

export const keys = ({ db }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(list, async (c) => {
      const found = await db.em().find(ApiKey, { account: c.get('account').id }, { orderBy: { id: 'asc' } });
      return c.json({ items: found.map(keyView) }, 200);
    })
    .openapi(create, async (c) => {
      const asked = { account: c.get('account').id, keyId: c.get('keyId'), name: c.req.valid('json').name };
      const { made, key } = await makeKey(db.em(), asked);
      return c.json({ ...keyView(made), key }, 201);
    })
    .openapi(revoke, async (c) => {
      const em = db.em();
      const key = await em.findOne(ApiKey, { id: c.req.valid('param').id, account: c.get('account').id });
      if (!key) throw missing();
      await revokeKey(em, key, c.get('keyId'));
      return c.body(null, 204);
    });
