import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditEntry } from '../../database/people/audit-entry.ts';
import { newId } from '../../database/ids.ts';

type Act = {
  /** Of the request: who did it. */
  keyId: string;
  action: string;
  /** What it was done to, such as `carrier <id>`. */
  target: string;
  accountId?: string;
  /** Never a secret. */
  detail?: Record<string, unknown>;
};

/** Who a request is from, in words: a key, or a person by their session. */
export const actorOf = (keyId: string): string => (keyId.startsWith('user ') ? keyId : `key ${keyId}`);

/** Notes what an operator did, in the transaction that does it: the caller flushes. */
export function audit(em: EntityManager, { keyId, action, target, accountId, detail }: Act): void {
  const entry = {
    id: newId(),
    at: new Date(),
    actor: actorOf(keyId),
    accountId: accountId ?? null,
    action,
    target,
    detail: detail ?? {},
  };
  em.create(AuditEntry, entry);
}
