import { Hono } from 'hono';
import { simpleParser } from 'mailparser';
import { once } from 'node:events';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { z } from 'zod';
import { serveOnLoopback } from './http.ts';

export type Mail = { id: number; from: string; to: string[]; at: Date; raw: Buffer };
const Mode = z.enum(['ok', 'later', 'refuse', 'hang', 'drop-after-data']);
/** `later` answers 451, `refuse` 550, `hang` nothing, `drop-after-data` takes the mail and loses the connection before its answer. */
export type MailMode = z.infer<typeof Mode>;

export type Mailbox = AsyncDisposable & {
  url: string;
  port: number;
  smtpUrl: string;
  smtpPort: number;
  mails: readonly Mail[];
  /** Mails received whole and never answered. */
  unanswered(): number;
  /** How the next mails are treated, that many times or until changed. */
  treat(mode: MailMode, times?: number): void;
  clear(): void;
  /** The SMTP port that answers are sent to. */
  answersTo(port: number): void;
  /** Answers a mail as its reader would, quoting it. Rejects with what the other side said. */
  answer(id: number, answer: MailAnswer): Promise<void>;
};

const Answering = z.strictObject({
  text: z.string(),
  /** Another author than the mail's recipient. */
  from: z.email().optional(),
  messageId: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  attachments: z.array(z.strictObject({ filename: z.string(), content: z.string() })).optional(),
});
type MailAnswer = z.infer<typeof Answering>;

class Answer extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

async function answer(mail: Mail | undefined, port: number | null, { text, from, ...rest }: MailAnswer): Promise<void> {
  if (!mail || port === null) throw new Error('The mail does not exist, or nobody takes an answer');
  const read = await simpleParser(mail.raw);
  const quoted = (read.text ?? '').replaceAll(/^/gm, '> ');
  await createTransport({ host: '127.0.0.1', port, ignoreTLS: true }).sendMail({
    from: from ?? mail.to[0] ?? '',
    to: read.replyTo?.text ?? read.from?.text ?? '',
    subject: `Re: ${read.subject ?? ''}`,
    inReplyTo: read.messageId ?? '',
    text: `${text}\n\nLe lun. 2 mars 2026 à 09:12, Aller-Retour <replies@example.com> a écrit :\n\n${quoted}\n`,
    ...rest,
  });
}

function routesOf(box: Pick<Mailbox, 'mails' | 'treat' | 'answer' | 'clear'>): Hono {
  const app = new Hono();
  const brief = ({ id, from, to, at }: Mail) => ({ id, from, to, at });
  app.get('/mails', async (c) => {
    const to = c.req.query('to');
    const found = box.mails.filter((mail) => to === undefined || mail.to.includes(to));
    const parsed = await Promise.all(
      found.slice(-Number(c.req.query('limit') ?? 200)).map(async (mail) => {
        const read = await simpleParser(mail.raw);
        return { ...brief(mail), subject: read.subject ?? '', messageId: read.messageId ?? '', text: read.text ?? '' };
      }),
    );
    return c.json({ total: found.length, items: parsed });
  });
  app.get('/mails/:id', async (c) => {
    const mail = box.mails.find(({ id }) => id === Number(c.req.param('id')));
    if (!mail) return c.json({ error: 'The mail does not exist' }, 404);
    const read = await simpleParser(mail.raw);
    return c.json({
      ...brief(mail),
      headers: Object.fromEntries(read.headers),
      subject: read.subject,
      text: read.text,
      html: read.html,
      raw: mail.raw.toString('utf8'),
    });
  });
  app.post('/mails/:id/answer', async (c) => {
    const asked = Answering.parse(await c.req.json());
    return box.answer(Number(c.req.param('id')), asked).then(
      () => c.json({ sent: true }, 200),
      (error: unknown) => c.json({ sent: false, error: error instanceof Error ? error.message : String(error) }, 502),
    );
  });
  app.delete('/mails', (c) => {
    box.clear();
    return c.body(null, 204);
  });
  app.post('/control', async (c) => {
    const wish = z.strictObject({ mode: Mode, times: z.int().min(1).optional() }).parse(await c.req.json());
    box.treat(wish.mode, wish.times);
    return c.json({ mode: wish.mode });
  });
  return app;
}

/** A mailbox for development: takes any mail by SMTP, shows it by HTTP, and can be told to be difficult. */
export async function startMailbox({ port = 0, smtpPort = 0 }: { port?: number; smtpPort?: number } = {}): Promise<Mailbox> {
  const mails: Mail[] = [];
  let mode: MailMode = 'ok';
  let left = Infinity;
  let lastId = 0;
  let unanswered = 0;
  let answersPort: number | null = null;

  function treatment(): MailMode {
    if (mode === 'ok') return mode;
    const now = mode;
    left--;
    if (left <= 0) mode = 'ok';
    return now;
  }

  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 20,
    maxClients: 500,
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const how = treatment();
        if (how === 'later') return done(new Answer(451, '4.7.1 try again later'));
        if (how === 'refuse') return done(new Answer(550, '5.1.1 no such mailbox'));
        if (how === 'hang') return void unanswered++;
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          id: ++lastId,
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          at: new Date(),
          raw: Buffer.concat(chunks),
        });
        if (how === 'drop-after-data') {
          for (const each of smtp.connections) if (each.id === session.id) each.close();
          return undefined;
        }
        return done();
      });
    },
  });
  smtp.on('error', () => {});
  smtp.listen(smtpPort, '127.0.0.1');
  await once(smtp.server, 'listening');
  const address = smtp.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mailbox has no port');

  const box = {
    smtpUrl: `smtp://127.0.0.1:${address.port}`,
    smtpPort: address.port,
    mails,
    unanswered: () => unanswered,
    treat(next: MailMode, times = Infinity) {
      mode = next;
      left = times;
    },
    answersTo: (to: number) => void (answersPort = to),
    answer: (id: number, given: MailAnswer) =>
      answer(
        mails.find((mail) => mail.id === id),
        answersPort,
        given,
      ),
    clear: () => void mails.splice(0),
  };
  const server = await serveOnLoopback(routesOf(box), port);
  return {
    ...box,
    url: server.url,
    port: server.port,
    async [Symbol.asyncDispose]() {
      await server.close();
      await new Promise<void>((closed) => smtp.close(() => closed()));
    },
  };
}
