import { z } from '@hono/zod-openapi';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Context } from 'hono';
import { ApiKey, newKey } from '../../database/people/api-key.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { SCOPES, type Scope } from '../../domain/people/key-scopes.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { CreatedKey, expiryOf, KeyChange, keysOf, KeyView, keyView, makeKey, NewKey, revokeKey } from './operator-keys.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, IdParam } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const route = routesOf('Account');
const Rotation = z
  .strictObject({
    overlapHours: z.number().min(0).max(720).default(24).openapi({ description: 'How long the secret before opens too' }),
  })
  .openapi('KeyRotation');
const list = route('get', '/keys', 'listOwnKeys', {
  summary: 'The API keys of the account, oldest first',
  responses: ok('All of them', z.object({ items: z.array(KeyView) })),
});
const create = route('post', '/keys', 'createOwnKey', {
  summary: 'Make an API key: what it opens, from where, and until when',
  request: { body: body(NewKey) },
  responses: created('Made', CreatedKey, conflict),
});
const change = route('patch', '/keys/{id}', 'changeOwnKey', {
  summary: 'Change what a key opens, from where, and until when: it counts at once',
  request: { params: IdParam, body: body(KeyChange) },
  responses: ok('As it is now', KeyView, { ...notFound, ...conflict }),
});
const rotate = route('post', '/keys/{id}/rotate', 'rotateOwnKey', {
  summary: 'A new secret for a key; the one before opens for some hours more',
  request: { params: IdParam, body: body(Rotation) },
  responses: ok('With its new secret', CreatedKey, { ...notFound, ...conflict }),
});
const revoke = route('delete', '/keys/{id}', 'revokeOwnKey', {
  summary: 'Revoke a key: it opens nothing from this moment on',
  request: { params: IdParam },
  responses: done('Revoked', { ...notFound, ...conflict }),
});

/** A key can't grant scopes that it does not have. */
function requireScopes(c: Context<AccountEnv>, asked: readonly Scope[]): void {
  const own = c.get('scopes');
  const more = own ? asked.filter((scope) => !own.includes(scope)) : [];
  if (more.length > 0) throw new AppError('forbidden', said('key-of-more', { scopes: more }));
}

/** A key that the caller may change. Throws for a missing or broader one. */
async function findKey(em: EntityManager, c: Context<AccountEnv>, id: string): Promise<ApiKey> {
  const key = existing(await em.findOne(ApiKey, { id, account: c.get('account').id }));
  if (key.revokedAt) throw new AppError('conflict', said('key-revoked'));
  requireScopes(c, key.scopes ?? SCOPES);
  return key;
}

export const keys = ({ db }: ApiServices) =>
  forAccounts()
    .openapi(list, async (c) => c.json({ items: await keysOf(db, c.get('account').id) }, 200))
    .openapi(create, async (c) => {
      const { scopes: asked, ...wish } = c.req.valid('json');
      const scopes = asked ?? (c.get('scopes') ?? SCOPES).filter((scope) => scope !== 'people');
      requireScopes(c, scopes);
      const { made, key } = await makeKey(db, { ...wish, scopes, account: c.get('account').id });
      return c.json({ ...keyView(made), key }, 201);
    })
    .openapi(change, async (c) => {
      const em = db.em();
      const asked = c.req.valid('json');
      const key = await findKey(em, c, c.req.valid('param').id);
      requireScopes(c, asked.scopes ?? []);
      const { name = key.name, expiresAt, ...detail } = asked;
      Object.assign(key, { name, ...detail, ...(expiresAt === undefined ? {} : { expiresAt: expiryOf(expiresAt) }) });
      audit(em, { action: 'key.change', target: `key ${key.id}`, detail: { ...detail, expiresAt } });
      await em.flush();
      return c.json(keyView(key), 200);
    })
    .openapi(rotate, async (c) => {
      const em = db.em();
      const { overlapHours } = c.req.valid('json');
      const made = await findKey(em, c, c.req.valid('param').id);
      const { key, prefix, hash } = newKey('account');
      const oldUntil = new Date(Date.now() + overlapHours * 3_600_000);
      em.assign(made, { oldHash: made.hash, oldUntil, hash, prefix });
      audit(em, { action: 'key.rotate', target: `key ${made.id}`, detail: { prefix, overlapHours } });
      await em.flush();
      return c.json({ ...keyView(made), key }, 200);
    })
    .openapi(revoke, async (c) => {
      const em = db.em();
      const key = existing(await em.findOne(ApiKey, { id: c.req.valid('param').id, account: c.get('account').id }));
      await revokeKey(em, key, c.get('keyId'));
      return c.body(null, 204);
    });
