import { z } from '@hono/zod-openapi';
import { MailChannel } from '../../database/mail/mail-channel.ts';
import { rows } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { conflict } from '../http/problem.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { iso, Time } from '../http/schemas.ts';
import { audit } from '../../database/people/audit-entry.ts';
import type { ApiServices } from '../services.ts';

const MailView = z
  .object({
    state: z.enum(['open', 'paused']).openapi({ description: 'paused: the relay does not take us; it is asked once a minute' }),
    since: Time.nullable(),
    response: z.string().nullable().openapi({ description: 'What the relay said' }),
    nextCheckAt: Time.nullable(),
    owed: z.number().int().openapi({ description: 'Mails that wait' }),
    oldest: Time.nullable().openapi({ description: 'Since when the oldest of them waits' }),
  })
  .openapi('MailChannel');

const route = routesOf('Operator: mail');
const get = route('get', '/mail', 'getMailChannel', {
  summary: 'Whether mails go out, and what waits',
  responses: ok('The channel', MailView),
});
const resume = route('post', '/mail/resume', 'resumeMailChannel', {
  summary: 'Send mails again at once, without waiting for the next check; a relay that still refuses pauses them again',
  responses: ok('The channel', MailView, conflict),
});

export const operatorMail = ({ db, runs }: ApiServices) => {
  async function view(channel: MailChannel | null): Promise<z.infer<typeof MailView>> {
    const [waiting] = await rows<{ owed: number; oldest: Date | null }>(
      db.pool,
      `select count(*)::int as owed, min(created_at) as oldest from (
         select created_at from deliveries where channel = 'email' and state in ('pending', 'retrying', 'held')
         union all select created_at from notices where finished_at is null) w`,
    );
    const paused = channel?.pausedAt ? channel : null;
    return {
      state: paused ? 'paused' : 'open',
      since: iso(paused?.pausedAt),
      response: paused?.response ?? null,
      nextCheckAt: iso(paused?.checkAt),
      owed: waiting?.owed ?? 0,
      oldest: iso(waiting?.oldest),
    };
  }
  return forAnyone()
    .openapi(get, async (c) => c.json(await view(await db.em().findOne(MailChannel, { name: 'relay' })), 200))
    .openapi(resume, async (c) => {
      const em = db.em();
      const channel = await em.findOne(MailChannel, { name: 'relay' });
      if (!channel?.pausedAt) throw new AppError('conflict', said('mails-not-paused'));
      channel.pausedAt = null;
      channel.checkAt = null;
      audit(em, { action: 'mail.resume', target: 'mail relay' });
      await em.flush();
      runs.retryEmails();
      return c.json(await view(channel), 200);
    });
};
