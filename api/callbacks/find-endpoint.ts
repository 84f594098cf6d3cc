import { CallbackEndpoint } from '../../database/callbacks/callback-endpoint.ts';
import type { Database } from '../../database/orm.ts';
import { existing } from '../http/problem.ts';

/** An account's callback endpoint. Throws `not-found`, also for a deleted one. */
export async function findEndpoint(db: Database, id: string, account: string) {
  const em = db.em();
  const endpoint = existing(await em.findOne(CallbackEndpoint, { id, account, deletedAt: null }));
  return { em, endpoint };
}
