import { z } from '@hono/zod-openapi';
import { Restore } from '../../database/sending/restore.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { actorOf } from '../http/auth.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { conflict } from '../http/problem.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const RestoreView = z
  .object({
    id: Id,
    backupAt: Time.openapi({ description: 'What the database knows ends there' }),
    notedAt: Time,
    inDoubt: z.number().int().openapi({ description: 'Messages that may have gone out since, and were set in doubt' }),
    releasedAt: Time.nullable().openapi({ description: 'Null: nothing is sent' }),
    releasedBy: z.string().nullable(),
  })
  .openapi('Restore', { description: 'That the database was restored from a backup' });

const route = routesOf('Operator: restores');
const list = route('get', '/restores', 'listRestores', {
  summary: 'Times the database was restored from a backup, newest first. While one is not released nothing is sent',
  responses: ok('All of them', z.object({ items: z.array(RestoreView) })),
});
const release = route('post', '/restores/release', 'releaseRestore', {
  summary: 'Resume sending. Messages in doubt stay so until a receipt, or for 48 hours',
  responses: ok('What was released', RestoreView, conflict),
});

const view = (restore: Restore): z.infer<typeof RestoreView> => shown(RestoreView, restore);

export const operatorRestores = ({ db }: ApiServices) =>
  forAnyone()
    .openapi(list, async (c) => {
      const all = await db.em().find(Restore, {}, { orderBy: { notedAt: 'desc' } });
      return c.json({ items: all.map(view) }, 200);
    })
    .openapi(release, async (c) => {
      const em = db.em();
      const held = await em.find(Restore, { releasedAt: null }, { orderBy: { notedAt: 'desc' } });
      const [newest] = held;
      if (!newest) throw new AppError('conflict', said('nothing-held'));
      const keyId = c.get('keyId');
      for (const restore of held) {
        restore.releasedAt = new Date();
        restore.releasedBy = actorOf(keyId);
      }
      audit(em, { action: 'restore.release', target: `restore ${newest.id}`, detail: { inDoubt: newest.inDoubt } });
      await em.flush();
      return c.json(view(newest), 200);
    });
