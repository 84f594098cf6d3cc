import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { ERASE_NAME, ERASURE } from '../../database/contacts/erase-account.ts';
import { STEPS, type Forgotten } from '../../database/contacts/retention.ts';
import type { HashPhone } from '../../database/contacts/phone-hash.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { affected, rows, transaction } from '../../database/sql.ts';

type Deps = { pool: Pool; log: Logger; hashPhone: HashPhone };
export type ForgetOld = ReturnType<typeof createForgetOld>;

/** Position of the night's work: account, kind, age limit, step and last row. */
export type ForgetPosition = {
  accountId: string;
  what: Forgotten | 'account';
  until: string;
  step: number;
  after: string | null;
};

const WORK_MS = 20_000;
/** Stands for all accounts; sorts after them. */
const INSTALLATION = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Carriers send receipts for days, not weeks. */
const REFERENCES_DAYS = 31;

/** Whether the account wants this forgotten, and how far it has been. */
const keeps = (
  what: Forgotten,
): string => `select m.${what}_to as since from account_policies p left join retention_marks m on m.account_id = p.account_id
  where p.account_id = $1 and p.keep_${what}_days is not null`;
/** Whether the account is being erased, which can't be withdrawn once begun. */
const OVER = `select null::timestamptz as since from accounts where id = $1 and erase_at <= now() and erased_at is null`;

/** Accounts' retention choices, then closed accounts to erase, after the one just done. */
const NEXT = `
  select account_id, what, now() - make_interval(days => days) as until from (
    select account_id, 'contacts' as what, keep_contacts_days as days from account_policies
    union all select account_id, 'texts', keep_texts_days from account_policies
    union all select account_id, 'rows', keep_rows_days from account_policies
    union all select id, 'account', -1 from accounts where closed_at is not null and erase_at <= now() and erased_at is null
    union all select '${INSTALLATION}'::uuid, 'references', ${REFERENCES_DAYS}
  ) chosen where days is not null and ($1::uuid is null or (account_id, what) > ($1, $2)) order by account_id, what limit 1`;

export function createForgetting({ pool, log, hashPhone }: Deps) {
  async function nextAccount(done: ForgetPosition | null): Promise<ForgetPosition | null> {
    const [next] = await rows<{ account_id: string; what: ForgetPosition['what']; until: Date }>(pool, NEXT, [
      done?.accountId ?? null,
      done?.what ?? null,
    ]);
    return next ? { accountId: next.account_id, what: next.what, until: next.until.toISOString(), step: 0, after: null } : null;
  }

  async function advance(at: ForgetPosition): Promise<ForgetPosition | null> {
    const { accountId, what, step, after } = at;
    const until = new Date(at.until);
    const work = (what === 'account' ? ERASURE : STEPS[what])[step];
    if (work) {
      const next = await transaction(pool, async (client) => {
        if (what === 'references') return { after: await work(client, { accountId, since: null, until, hashPhone }, after) };
        const [wanted] =
          what === 'account'
            ? await rows<{ since: Date | null }>(client, OVER, [accountId])
            : await rows<{ since: Date | null }>(client, keeps(what), [accountId]);
        return wanted ? { after: await work(client, { accountId, since: wanted.since, until, hashPhone }, after) } : null;
      });
      if (next) return next.after === null ? { ...at, step: step + 1, after: null } : { ...at, after: next.after };
    } else if (what === 'account') {
      await transaction(pool, async (client) => {
        const erased = await affected(client, ERASE_NAME, [accountId]);
        const record = { actor: 'retention', accountId, action: 'account.erase', target: `account ${accountId}` };
        if (erased > 0) await recordAudit(client, record);
      });
      log.info({ accountId }, 'an account that was closed is erased');
    } else if (what !== 'references') {
      await affected(
        pool,
        `insert into retention_marks (account_id, ${what}_to) values ($1, $2)
         on conflict (account_id) do update set ${what}_to = greatest(retention_marks.${what}_to, excluded.${what}_to)`,
        [accountId, until],
      );
      log.info({ accountId, what, until }, 'what is older was forgotten');
    }
    return nextAccount(at);
  }

  return {
    /** Continues from `from` for `forMs`, at least one page. Returns the next position, null when done. */
    async forget(from: ForgetPosition | null, forMs: number): Promise<ForgetPosition | null> {
      const end = performance.now() + forMs;
      let at = from ?? (await nextAccount(null));
      do at = at && (await advance(at));
      while (at && performance.now() < end);
      return at;
    },
  };
}

export const createForgetOld = (deps: Deps) => {
  const { forget } = createForgetting(deps);
  return {
    /** Idempotent: forgets what is older than accounts keep, a page per commit, for at most 20 s. Returns the next position. */
    forgetOld: (from: ForgetPosition | null): Promise<ForgetPosition | null> => forget(from, WORK_MS),
  };
};
