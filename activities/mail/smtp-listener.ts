import { once } from 'node:events';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import type { MailTokens } from '../../database/mail/mail-tokens.ts';
import { isUnreachable } from '../../database/sql.ts';
import { answerRefusal } from '../../templates/answer-refusals.ts';
import { createAnswerByMail } from './answer-by-mail.ts';
import { readAddress } from './mail-addresses.ts';
import { createMailReader } from './mail-reader.ts';
import { handleBounce } from './handle-bounce.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  tokens: MailTokens;
  sendMessages: (ids: string[]) => void;
  host: string;
  port: number;
  domain: string;
  /** The server whose Authentication-Results count; null: no check. */
  authority: string | null;
};
export type InboundMailListener = AsyncDisposable & { port: number };

const MOST_OCTETS = 2_000_000;

class Refusal extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Permanent: the parser would fail again. */
const unreadable = (): Refusal => new Refusal(554, '5.6.0 This message is too complicated to be read. Answer in plain text.');

/** In both languages: the sender's is unknown. */
const inBoth = (why: 'too-large' | 'expired'): string =>
  `${answerRefusal({ why }, 'fr')} / ${answerRefusal({ why }, 'en').slice(6)}`;

type Desk = Pick<Deps, 'pool' | 'log'> & {
  reader: ReturnType<typeof createMailReader>;
  answerByMail: ReturnType<typeof createAnswerByMail>;
};

async function take(
  { pool, log, answerByMail, reader }: Desk,
  stream: SMTPServerDataStream,
  { sender, to }: { sender: string; to: ReturnType<typeof readAddress> },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded && Buffer.isBuffer(chunk)) chunks.push(chunk);
  if (stream.sizeExceeded) throw new Refusal(552, inBoth('too-large'));
  if (!to) throw new Refusal(550, answerRefusal({ why: 'unknown' }, 'en'));
  const raw = Buffer.concat(chunks);
  if (to.kind !== 'answer') {
    const report = await reader.whole(raw);
    if (report === null) throw unreadable();
    return handleBounce(pool, to.kind, to.id, report);
  }
  const head = await reader.head(raw);
  if (head === null) throw unreadable();
  const answered = await answerByMail(to.id, sender === '' ? { ...head, automatic: true } : head, () => reader.whole(raw));
  log.info({ conversationId: to.id, outcome: answered.outcome }, 'a mail answered a conversation');
  if (answered.outcome === 'unreadable') throw unreadable();
  if (answered.outcome === 'refused') throw new Refusal(550, answerRefusal(answered.refusal, answered.locale));
}

/** Receives mail to our own addresses from the domain's relay: 250 only after the commit. */
export async function listenForMail({
  pool,
  log,
  tokens,
  host,
  port,
  domain,
  authority,
  sendMessages,
}: Deps): Promise<InboundMailListener> {
  const reader = createMailReader();
  const desk: Desk = { pool, log, reader, answerByMail: createAnswerByMail({ pool, sendMessages, authority }) };

  const addressed = (address: string) => readAddress(tokens, address, domain);

  const server = new SMTPServer({
    // The relay in front has the certificate and the public address.
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MOST_OCTETS,
    maxClients: 100,
    socketTimeout: 60_000,
    closeTimeout: 2000,
    logger: false,
    onRcptTo({ address }, session, done) {
      const to = addressed(address);
      if (!to) return done(new Refusal(550, answerRefusal({ why: 'unknown' }, 'en')));
      if (to.expired) return done(new Refusal(550, inBoth('expired')));
      // One transaction can give one answer only.
      if (session.envelope.rcptTo.length > 0) return done(new Refusal(452, '4.5.3 One recipient at a time'));
      return done();
    },
    onData(stream, { envelope }, done) {
      const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
      take(desk, stream, { sender, to: addressed(envelope.rcptTo[0]?.address ?? '') }).then(
        () => done(),
        (error: unknown) => {
          if (error instanceof Refusal) return done(error);
          if (isUnreachable(error)) log.warn('a mail came in while the database is out of reach; the relay keeps it');
          else log.error({ err: error }, 'a mail that came in could not be taken; the relay keeps it');
          return done(new Refusal(451, '4.3.0 Try again later'));
        },
      );
    },
  });
  // A peer that hangs up is not our error.
  server.on('error', (error) => log.debug({ err: error }, 'a connection for mail failed'));
  server.listen(port, host);
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The listener for mail has no port');
  log.info({ port: address.port }, 'mail is taken');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((closed) => server.close(() => closed()));
      await reader.close();
    },
  };
}
