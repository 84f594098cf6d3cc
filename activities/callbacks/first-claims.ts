import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Born } from '../../database/callbacks/emit-events.ts';
import { affected } from '../../database/sql.ts';
import type { ClaimedCallback } from './claim-callbacks.ts';

type Deps = { pool: Pool; log: Logger; onCallbacksDue: () => void };
export type FirstClaims = ReturnType<typeof createFirstClaims>;

/** How long a page's run may take to collect its claims; shorter than the first lease. */
const COLLECTED_WITHIN_MS = 4000;

/**
 * Claims made when deliveries are stored, kept in this process until their page's run posts them. Temporal carries ids only. A
 * run elsewhere does not find them: they are given back, due at once, no attempt spent.
 */
export function createFirstClaims({ pool, log, onCallbacksDue }: Deps) {
  const kept = new Map<string, { claimed: ClaimedCallback; until: number }>();

  function remove(ids: string[], which: (until: number) => boolean): ClaimedCallback[] {
    const found = ids.flatMap((id) => kept.get(id) ?? []).filter(({ until }) => which(until));
    for (const { claimed } of found) kept.delete(claimed.id);
    return found.map(({ claimed }) => claimed);
  }

  async function giveBack(ids: string[], reason: 'rate' | 'network' = 'rate'): Promise<number> {
    const claims = remove(ids, () => true);
    if (claims.length === 0) return 0;
    const back = affected(
      pool,
      `update deliveries d set state = 'held', held_reason = $3, next_at = now(), attempts = d.attempts - 1, claim = null, lease_until = null
       from unnest($1::uuid[], $2::uuid[]) as c (id, claim) where d.id = c.id and d.claim = c.claim and d.state = 'in_flight'`,
      [claims.map(({ id }) => id), claims.map(({ claim }) => claim), reason],
    );
    const count = await back.catch((error: unknown) => {
      log.warn({ err: error }, 'first attempts could not be given back; their leases run out');
      return 0;
    });
    onCallbacksDue();
    return count;
  }

  return {
    /** Skips expired claims: a process that was suspended must not post under a lost lease. */
    take: (ids: string[]): ClaimedCallback[] => remove(ids, (until) => performance.now() < until),
    giveBack,
    keep(claims: ClaimedCallback[]): void {
      if (claims.length === 0) return;
      const until = performance.now() + COLLECTED_WITHIN_MS;
      for (const claimed of claims) kept.set(claimed.id, { claimed, until });
      const ids = claims.map(({ id }) => id);
      setTimeout(() => void giveBack(ids), COLLECTED_WITHIN_MS).unref();
    },
    close: (): Promise<unknown> => giveBack([...kept.keys()]),
  };
}

/** A claim stored with its delivery. `ingestedAt`: when its reply arrived. */
export function claimOf({ endpoint, at, seen, ...born }: Born, ingestedAt: Date | undefined): ClaimedCallback {
  return {
    ...born,
    attempt: 1,
    probe: false,
    trigger: 'auto',
    endpointId: endpoint.id,
    conversationId: null,
    outOfOrder: false,
    url: endpoint.url,
    secrets: endpoint.secrets,
    timeoutMs: endpoint.timeout_ms,
    fallbackUrl: endpoint.fallback_url,
    format: endpoint.format,
    schedule: endpoint.schedule,
    waitedMs: at.getTime() - (ingestedAt ?? at).getTime(),
    claimedAt: at,
    now: () => new Date(at.getTime() + performance.now() - seen),
  };
}
