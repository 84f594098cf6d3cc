import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { readSecrets, rotated, writeSecrets } from '../callbacks/signing-secrets.ts';
import { affected, rows, transaction } from '../database/sql.ts';
import { missing } from './campaigns.ts';
import { invalid } from './invalid.ts';
import { notFound, problems } from './problem.ts';
import { body, IdParam, json, Time } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const HOUR_MS = 3_600_000;

const Rotation = z
  .strictObject({
    overlapHours: z
      .number()
      .min(0)
      .max(168)
      .default(24)
      .openapi({ description: 'How long the secrets before it go on signing too, so that no callback is refused meanwhile' }),
  })
  .openapi('SecretRotation');
const RotatedSecret = z
  .object({
    secret: z.string().openapi({ description: 'Signs from now on. Shown this once', example: 'whsec_…' }),
    othersSignUntil: Time.nullable().openapi({ description: 'When the last of the secrets before it stops signing' }),
  })
  .openapi('RotatedSecret');

const rotate = createRoute({
  method: 'post',
  path: '/callback-endpoints/{id}/secrets',
  operationId: 'rotateCallbackSecret',
  tags: ['Callback endpoints'],
  summary: 'A new signing secret; for a while the one before it signs too',
  request: { params: IdParam, body: body(Rotation) },
  responses: { 201: { description: 'The new secret', content: json(RotatedSecret) }, ...problems, ...notFound },
});

export const endpointSecrets = ({ db, secrets }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid }).openapi(rotate, async (c) => {
    const { id } = c.req.valid('param');
    const overlapMs = c.req.valid('json').overlapHours * HOUR_MS;
    const next = await transaction(db.pool, async (client) => {
      const [row] = await rows<{ secrets: Buffer }>(
        client,
        'select secrets from callback_endpoints where id = $1 and account_id = $2 and deleted_at is null for update',
        [id, c.get('account').id],
      );
      if (!row) throw missing();
      const made = rotated(readSecrets(secrets.open(row.secrets)), new Date(), overlapMs);
      await affected(client, 'update callback_endpoints set secrets = $2 where id = $1', [
        id,
        secrets.seal(writeSecrets(made.secrets)),
      ]);
      return made;
    });
    const ends = next.secrets.flatMap(({ until }) => until ?? []).toSorted();
    return c.json({ secret: next.secret, othersSignUntil: ends.at(-1) ?? null }, 201);
  });
