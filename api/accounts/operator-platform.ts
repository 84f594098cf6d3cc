import { z } from '@hono/zod-openapi';
import { recordAudit } from '../../database/people/audit.ts';
import { Account } from '../../database/account.ts';
import { rows, transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { AccountView, accountView } from './account.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { body, IdParam, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const CHANGES = [
  {
    code: 'premium-replies',
    what: 'Premium campaigns with replies',
    before:
      'The sender 12345 with withReplies, or a sender ID with XXXXX in the text; withReplies with a sender ID alone is refused',
    after: 'withReplies sends from a short code whatever sender was given; XXXXX in the text of a sender ID works as before',
  },
  {
    code: 'reply-settings',
    what: 'Where replies go',
    before: 'The account asks for each change, and the operator sets it up',
    after: 'The account sets its e-mail addresses and callbacks itself',
  },
  { code: 'reply-pages', what: 'Where replies are shown', before: 'Reply history', after: 'SMS Chat, and received SMS' },
] as const;

const MigrationView = z
  .object({
    platform: z.enum(['v0', 'v2']),
    possible: z.boolean().openapi({ description: 'False for an account that is on V2: there is no way back' }),
    migratedAt: Time.nullable(),
    changes: z.array(
      z.object({ code: z.enum(CHANGES.map(({ code }) => code)), what: z.string(), before: z.string(), after: z.string() }),
    ),
    campaignsUnderWay: z.number().int().openapi({ description: 'They go on as they were planned' }),
    draftsToCheck: z
      .number()
      .int()
      .openapi({ description: 'Not launched; a list that is still to come is planned by the rules of V2' }),
  })
  .openapi('PlatformMigration');
const Migration = z.strictObject({ reason: z.string().trim().min(1).max(1000) }).openapi('NewPlatformMigration');

const route = routesOf('Operator: accounts');
const preview = route('get', '/accounts/{id}/migration', 'previewMigration', {
  summary: 'What changes for an account that is moved from V0 to V2',
  request: { params: IdParam },
  responses: ok('What changes', MigrationView, notFound),
});
const migrate = route('post', '/accounts/{id}/migration', 'migrateAccount', {
  summary: 'Move an account from V0 to V2, for good; campaigns under way go on as they were planned',
  request: { params: IdParam, body: body(Migration) },
  responses: ok('The account as it is now', AccountView, { ...notFound, ...conflict }),
});

export const operatorPlatform = ({ db }: ApiServices) =>
  forAnyone()
    .openapi(preview, async (c) => {
      const account = existing(await db.em().findOne(Account, { id: c.req.valid('param').id }));
      const [counted] = await rows<{ under_way: number; drafts: number }>(
        db.pool,
        `select count(*) filter (where launched_at is not null)::int as under_way, count(*) filter (where launched_at is null)::int as drafts
         from campaigns where account_id = $1 and ended_at is null`,
        [account.id],
      );
      const possible = account.platform === 'v0';
      return c.json(
        {
          platform: account.platform,
          possible,
          migratedAt: account.migratedAt?.toISOString() ?? null,
          changes: possible ? [...CHANGES] : [],
          campaignsUnderWay: counted?.under_way ?? 0,
          draftsToCheck: counted?.drafts ?? 0,
        },
        200,
      );
    })
    .openapi(migrate, async (c) => {
      const { id } = c.req.valid('param');
      const { reason } = c.req.valid('json');
      await transaction(db.pool, async (client) => {
        const found = existing(
          (await rows<{ platform: string }>(client, 'select platform from accounts where id = $1 for update', [id]))[0],
        );
        if (found.platform !== 'v0') throw new AppError('conflict', said('migrated-already'));
        await rows(client, `update accounts set platform = 'v2', migrated_at = now() where id = $1`, [id]);
        await recordAudit(client, { accountId: id, action: 'account.migrate', target: `account ${id}`, detail: { reason } });
      });
      return c.json(accountView(await db.em().findOneOrFail(Account, { id })), 200);
    });
