import type { Pool } from 'pg';
import { newId } from '../../database/ids.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { NOTE_DOUBTS } from './in-doubt.ts';

/** A condition of every claim: nothing is sent while a restored database waits for the operator. */
export const SENDING_HELD = `exists (select from restores where released_at is null)`;

/**
 * Records a restore, before the product starts on it: messages it calls queued may have been sent after the backup. All are in
 * doubt from now on, except those of campaigns scheduled for later than `lostAt` or not launched. Their campaigns end, other runs
 * are started again, and nothing is sent until an operator releases it. Returns the number in doubt. `lostAt`: when the lost
 * database stopped.
 */
export const recordRestore = (pool: Pool, backupAt: Date, lostAt: Date): Promise<number> =>
  transaction(pool, async (client) => {
    if (backupAt > new Date() || lostAt > new Date())
      throw new Error('Both times are of the past: of the backup, and of the loss.');
    if (lostAt < backupAt) throw new Error('--lost-at is before --backup-at. The backup was made before the database was lost.');
    const [said] = await rows<{ noted_at: Date }>(client, 'select noted_at from restores where backup_at >= $1', [backupAt]);
    if (said)
      throw new Error(
        `This backup, or one made later, was named at ${said.noted_at.toISOString()}. It is said once; sending begins by POST /v1/operator/restores/release.`,
      );
    const inDoubt = await affected(
      client,
      `with doubted as (
         update messages m set state = 'in_doubt', reason = 'restored', submitted_at = coalesce(m.submitted_at, $1)
         where m.state in ('queued', 'submitting') and not m.simulation and not exists (
           select from campaigns c where c.id = m.campaign_id and (c.send_at > $2 or c.launched_at is null))
         returning m.id, m.state, m.carrier_id, m.to_number, m.sender, m.submitted_at
       ) ${NOTE_DOUBTS('doubted')}`,
      [backupAt, lostAt],
    );
    await rows(
      client,
      `update campaigns c set state = case when c.state = 'cancelled' then c.state else 'completed' end, ended_at = now(),
         totals = (select coalesce(jsonb_object_agg(state, count), '{}') from (
           select state, count(*)::int as count from messages m where m.campaign_id = c.id group by state) counts)
       where c.ended_at is null and c.launched_at is not null
         and not exists (select from messages m where m.campaign_id = c.id and m.state = 'queued')`,
    );
    await rows(client, `update campaigns set handed_at = null where ended_at is null and handed_at is not null`);
    await rows(client, `update list_imports set handed_at = null where ended_at is null and handed_at is not null`);
    await rows(client, `update list_previews set handed_at = null where ended_at is null and handed_at is not null`);
    await rows(client, `insert into restores (id, backup_at, noted_at, in_doubt) values ($1, $2, now(), $3)`, [
      newId(),
      backupAt,
      inDoubt,
    ]);
    return inDoubt;
  });
