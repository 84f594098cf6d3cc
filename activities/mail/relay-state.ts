import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { oweNotice } from '../../database/mail/notice.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import type { Mailer } from './mailer.ts';

type Deps = { pool: Pool; log: Logger; mailer: Pick<Mailer, 'check'> };

const CHECK_SECONDS = 60;

/** SQL condition: false while the relay refuses us; then no mail is claimed. */
export const CHANNEL_OPEN = `not exists (select from mail_channels where paused_at is not null)`;

/** Pauses all mail while the relay refuses us, so that no attempts are spent. */
export const createMailChannel = ({ pool, log, mailer }: Deps) => ({
  /** Tells the operator once, however many mails failed. */
  async pause(response: string): Promise<void> {
    const turned = await transaction(pool, async (client) => {
      const count = await affected(
        client,
        `insert into mail_channels (name, paused_at, response, check_at) values ('relay', now(), $1, now() + interval '${CHECK_SECONDS} seconds')
         on conflict (name) do update set paused_at = excluded.paused_at, response = excluded.response, check_at = excluded.check_at
         where mail_channels.paused_at is null`,
        [response.slice(0, 500)],
      );
      if (count > 0)
        await oweNotice(client, { to: 'operators', kind: 'mail-relay-refuses', data: { response: response.slice(0, 500) } });
      return count > 0;
    });
    if (turned) log.error({ response }, 'the mail relay does not take us: no mail is sent until it does');
  },

  /**
   * Makes first mails held by the relay's refusal due at once for the retry run. True if that run must wake: the relay may accept
   * us again by now.
   */
  async leave(ids: string[]): Promise<boolean> {
    if (ids.length === 0) return false;
    const left = await affected(
      pool,
      `update deliveries set next_at = now() where id = any($1::uuid[]) and channel = 'email' and state = 'pending' and next_at is not null`,
      [ids],
    );
    return left > 0 && (await rows(pool, `select where ${CHANNEL_OPEN}`)).length > 0;
  },

  /** Asks the relay once a minute, over all processes. */
  async check(): Promise<void> {
    const due = await rows(
      pool,
      `update mail_channels set check_at = now() + interval '${CHECK_SECONDS} seconds' where paused_at is not null and check_at <= now() returning name`,
    );
    if (due.length === 0 || !(await mailer.check())) return;
    const turned = await affected(pool, `update mail_channels set paused_at = null, check_at = null where paused_at is not null`);
    if (turned > 0) log.info('the mail relay takes us again');
  },
});
