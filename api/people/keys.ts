import { OpenAPIHono, z } from '@hono/zod-openapi';
import { ApiKey } from '../../database/people/api-key.ts';
import { invalid } from '../http/invalid.ts';
import { CreatedKey, KeyView, keyView, makeKey, NewKey, revokeKey } from './operator-keys.ts';
import { conflict, missing, notFound } from '../http/problem.ts';
import { created, done, ok, routesOf } from '../http/route.ts';
import { body, IdParam } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const route = routesOf('Account');
const list = route('get', '/keys', 'listOwnKeys', {
  summary: 'The API keys of the account, oldest first',
  responses: ok('All of them', z.object({ items: z.array(KeyView) })),
});
const create = route('post', '/keys', 'createOwnKey', {
  summary: 'Make an API key. It may do what an owner may',
  request: { body: body(NewKey) },
  responses: created('Made', CreatedKey),
});
const revoke = route('delete', '/keys/{id}', 'revokeOwnKey', {
  summary: 'Revoke a key: it opens nothing from this moment on',
  request: { params: IdParam },
  responses: done('Revoked', { ...notFound, ...conflict }),
});

export const keys = ({ db }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(list, async (c) => {
      const found = await db.em().find(ApiKey, { account: c.get('account').id }, { orderBy: { id: 'asc' } });
      return c.json({ items: found.map(keyView) }, 200);
    })
    .openapi(create, async (c) => {
      const asked = { account: c.get('account').id, name: c.req.valid('json').name };
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
