import { Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { MailTokens } from '../../database/mail/mail-tokens.ts';
import { suppress } from '../../database/mail/mail-suppression.ts';
import { EMAIL_SCHEDULE, type Schedule } from '../../domain/callbacks/retry-schedule.ts';
import { renderNotice } from '../../templates/notice.ts';
import { claimEmails, type ClaimedEmail, type WhichEmails } from './claim-deliveries.ts';
import { reclaimDead, untilNextDue } from '../due-deliveries.ts';
import { claimDigests } from './claim-digests.ts';
import { claimNotices, recordNotice, type ClaimedNotice } from './claim-notices.ts';
import { renewingClaims } from './renew-claims.ts';
import { bounceAddress } from './mail-addresses.ts';
import { createMailChannel } from './relay-state.ts';
import { endOf } from './mail-outcome.ts';
import type { Mailer, MailResult } from './mailer.ts';
import { createRecorder, type Ended } from '../callbacks/record-attempts.ts';
import { AUTOMATIC, createReplyMail } from './reply-mail.ts';
import { withLink } from './password-link.ts';
import type { RunWaker } from '../wake-run.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  mailer: Mailer;
  wake: RunWaker;
  domain: string;
  publicUrl: string | null;
  inboundDomain: string | null;
  tokens: MailTokens;
  schedule?: Schedule;
};
export type SendReplyEmails = ReturnType<typeof createSendReplyEmails>;

const DRAIN_MS = 30_000;
const AT_ONCE = 20;

export const createNoMails = (): SendReplyEmails => ({
  sendReplyEmails: async () => {},
  drainEmails: async () => ({ sleepMs: null }),
});

export const createSendReplyEmails = ({
  pool,
  log,
  mailer,
  wake,
  domain,
  publicUrl,
  inboundDomain,
  tokens,
  schedule = EMAIL_SCHEDULE,
}: Deps) => {
  const recorder = createRecorder(pool);

  const mailOf = createReplyMail({ domain, publicUrl, inboundDomain, tokens });
  const channel = createMailChannel({ pool, log, mailer });

  /** Runs before recording: after a crash in between, the repeated attempt runs it again. */
  async function learn(result: MailResult, to: { accountId: string | null; address: string }): Promise<void> {
    if (result.outcome === 'later' && result.class === 'auth') await channel.pause(result.response);
    if (result.outcome === 'refused' && result.badAddress && to.accountId !== null)
      await suppress(pool, { accountId: to.accountId, address: to.address, reason: 'bounced', detail: result.response });
  }

  async function attempt(mail: ClaimedEmail): Promise<Ended['state']> {
    const result = await mailer.send(await mailOf(mail));
    await learn(result, mail);
    const ended = endOf(mail, result, schedule);
    await recorder.record(ended);
    return ended[0]?.state ?? 'retrying';
  }

  async function attemptNotice(notice: ClaimedNotice): Promise<Ended['state']> {
    const mail = await renderNotice(await withLink({ pool, publicUrl, tokens }, notice), notice);
    const result = await mailer.send({
      ...mail,
      to: notice.address,
      messageId: `<${notice.id}@${domain}>`,
      headers: AUTOMATIC,
      replyTo: null,
      returnPath: inboundDomain && bounceAddress(tokens, 'n', notice.id, inboundDomain),
    });
    await learn(result, notice);
    return recordNotice(pool, notice, result, schedule);
  }

  return {
    /** First attempts, at most once each by claim. Failures go to the retry run. */
    async sendReplyEmails(deliveryIds: string[]): Promise<void> {
      const { mails, waiting } = await claim(pool, { ids: deliveryIds });
      const going = new Set(mails.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)));
      const left = await channel.leave(deliveryIds.filter((id) => !going.has(id)));
      const troubled = await renewingClaims(pool, claimsOf(mails), () => sendAll(log, mails, attempt));
      // A retried activity may have left claims of a dead process: the retry run watches their leases.
      if (left || troubled || waiting > 0 || Context.current().info.attempt > 1) await wake.wake('retry-emails');
    },

    /** Sends what is due for at most 30 s. Returns how long to sleep, null when nothing is owed. */
    async drainEmails(): Promise<{ sleepMs: number | null }> {
      await wake.awake('retry-emails');
      await channel.check();
      const until = performance.now() + DRAIN_MS;
      while (performance.now() < until) {
        await reclaimDead(pool);
        const { mails, waiting } = await claim(pool, { limit: 200 });
        const noticed = await claimNotices(pool, 50);
        if (mails.length + waiting + noticed.length === 0) break;
        await renewingClaims(pool, claimsOf(mails), () => sendAll(log, mails, attempt));
        await sendAll(log, noticed, attemptNotice);
      }
      return { sleepMs: await untilNextDue(pool, 'email') };
    },
  };
};

const claimsOf = (mails: ClaimedEmail[]): string[] => mails.flatMap(({ deliveries }) => deliveries.map(({ claim }) => claim));

/** `waiting`: replies held for a digest. */
async function claim(pool: Pool, which: WhichEmails): Promise<{ mails: ClaimedEmail[]; waiting: number }> {
  const alone = await claimEmails(pool, which);
  const { mails, waiting } = await claimDigests(pool, which);
  return { mails: [...alone, ...mails], waiting };
}

/** Sends the claimed mails, `AT_ONCE` at a time; true if any must be retried. */
async function sendAll<T extends { id: string }>(
  log: Logger,
  claimed: T[],
  one: (mail: T) => Promise<Ended['state']>,
): Promise<boolean> {
  let troubled = false;
  const queue = [...claimed];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { id } = next;
      const state = await one(next).catch((error: unknown) => {
        log.error({ err: error, mailId: id }, 'a mail could not be recorded; its lease runs out');
        return 'retrying' as const;
      });
      if (state === 'retrying' || state === 'held') troubled = true;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return troubled;
}
