import { Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import { EMAIL_SCHEDULE, nextDelay, type Schedule } from '../domain/retry-schedule.ts';
import { renderNotice } from '../templates/notice.ts';
import { renderReplyEmail } from '../templates/email.ts';
import { claimEmails, reclaimDead, untilNextDue, type ClaimedEmail } from './claim-deliveries.ts';
import { claimNotices, recordNotice, type ClaimedNotice } from './claim-notices.ts';
import { heartbeating } from './heartbeat.ts';
import { keepingClaims } from './keep-claims.ts';
import type { Mailer, MailResult } from './mailer.ts';
import { createRecorder, type Ended } from './record-attempts.ts';
import type { Wake } from './wake.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  mailer: Mailer;
  wake: Wake;
  /** The domain of Message-IDs. */
  domain: string;
  publicUrl: string | null;
  schedule?: Schedule;
};
export type SendReplyEmails = ReturnType<typeof createSendReplyEmails>;

const DRAIN_MS = 30_000;
const AT_ONCE = 20;

/** No machine is to answer; never `All`, which would hold back bounces too. */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' };

/** What a mail needs of the frozen event. */
const ReplyEvent = z.object({
  data: z.object({
    reply: z.object({
      from: z.string(),
      text: z.string(),
      receivedAt: z.iso.datetime(),
      optOut: z.boolean(),
      partial: z.boolean(),
    }),
    campaign: z.object({ name: z.string() }).nullable(),
    conversationId: z.string(),
  }),
});

/** Where no relay is configured mails wait, unclaimed. */
export const createNoMails = (): SendReplyEmails => ({
  sendReplyEmails: async () => {},
  drainEmails: async () => ({ sleepMs: null }),
});

export const createSendReplyEmails = ({ pool, log, mailer, wake, domain, publicUrl, schedule = EMAIL_SCHEDULE }: Deps) => {
  const recorder = createRecorder(pool);

  async function attempt(delivery: ClaimedEmail): Promise<Ended['state']> {
    const ended = judge(delivery, await send(delivery), schedule);
    await recorder.record(ended);
    return ended.state;
  }

  async function attemptNotice(notice: ClaimedNotice): Promise<Ended['state']> {
    const { subject, html, text } = await renderNotice(notice, notice);
    const result = await mailer.send({
      id: notice.id,
      to: notice.address,
      subject,
      html,
      text,
      messageId: `<${notice.id}@${domain}>`,
      headers: AUTOMATIC,
    });
    return recordNotice(pool, notice, result, schedule);
  }

  async function send(delivery: ClaimedEmail): Promise<MailResult> {
    const { data } = ReplyEvent.parse(JSON.parse(delivery.body));
    const mail = await renderReplyEmail({
      locale: delivery.locale,
      from: data.reply.from,
      text: data.reply.text,
      receivedAt: new Date(data.reply.receivedAt),
      timeZone: delivery.timeZone,
      campaignName: data.campaign?.name ?? null,
      optOut: data.reply.optOut,
      partial: data.reply.partial,
      link: publicUrl === null ? null : `${publicUrl}/conversations/${data.conversationId}`,
    });
    // One virtual root per conversation, so that it threads; the same Message-ID on every try, so that a mail that came
    // twice can be told.
    const root = `<conversation-${data.conversationId}@${domain}>`;
    return mailer.send({
      id: delivery.id,
      to: delivery.address,
      ...mail,
      messageId: `<${delivery.id}@${domain}>`,
      headers: {
        'In-Reply-To': root,
        References: root,
        ...AUTOMATIC,
      },
    });
  }

  /** Sends what was claimed, so many at once; true when something is to be tried again. */
  async function sendAll<T extends { id: string }>(claimed: T[], one: (mail: T) => Promise<Ended['state']>): Promise<boolean> {
    let troubled = false;
    const queue = [...claimed];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { id } = next;
        const state = await one(next).catch((error: unknown) => {
          log.error({ err: error, mailId: id }, 'a mail could not be recorded; its lease runs out');
          return 'retrying' as const;
        });
        if (state === 'retrying') troubled = true;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return troubled;
  }

  return {
    /** First attempts, at most once each by claim. What fails is left to the run of retries. */
    sendReplyEmails: (deliveryIds: string[]): Promise<void> =>
      heartbeating(async () => {
        const claimed = await claimEmails(pool, { ids: deliveryIds });
        const troubled = await keepingClaims(pool, claimsOf(claimed), () => sendAll(claimed, attempt));
        // Tried again: the process before died with some of these claimed, and the run of retries waits for their leases.
        if (troubled || Context.current().info.attempt > 1) await wake.wake('retry-emails');
      }),

    /** Sends whatever is due, for 30 s at most; answers how long the run may sleep, null when nothing is owed. */
    drainEmails: (): Promise<{ sleepMs: number | null }> =>
      heartbeating(async () => {
        await wake.awake('retry-emails');
        const until = performance.now() + DRAIN_MS;
        while (performance.now() < until) {
          await reclaimDead(pool);
          const claimed = await claimEmails(pool, { limit: 200 });
          const noticed = await claimNotices(pool, 50);
          if (claimed.length + noticed.length === 0) break;
          await keepingClaims(pool, claimsOf(claimed), () => sendAll(claimed, attempt));
          await sendAll(noticed, attemptNotice);
        }
        return { sleepMs: await untilNextDue(pool, 'email') };
      }),
  };
};

const claimsOf = (claimed: ClaimedEmail[]): string[] => claimed.map(({ claim }) => claim);

function judge(delivery: ClaimedEmail, result: MailResult, schedule: Schedule): Ended {
  const outcome = {
    id: delivery.id,
    claim: delivery.claim,
    timings: null,
    remoteAddress: null,
    responseHeaders: null,
    bodyExcerpt: null,
    status: 'status' in result ? result.status : null,
    error: result.outcome === 'sent' ? null : result.response,
  };
  switch (result.outcome) {
    case 'sent':
      return { ...outcome, state: 'delivered', class: 'ok', delayMs: null };
    case 'refused':
      return { ...outcome, state: 'exhausted', class: 'smtp_5xx', delayMs: null };
    case 'later': {
      const delayMs = nextDelay({ attempt: delivery.attempt, random: Math.random, schedule });
      return { ...outcome, class: result.class, state: delayMs === null ? 'exhausted' : 'retrying', delayMs };
    }
    default:
      return result satisfies never;
  }
}
