import { createTransport, type Transporter } from 'nodemailer';
import type { Dkim } from './dkim-key.ts';

/**
 * How a mail ended. `badAddress`: the mailbox does not exist; suppress the address. `unknown`: the connection was lost after the
 * whole text was sent, so it may have arrived. `auth`: the relay refuses us, whatever the mail.
 */
export type MailResult =
  | { outcome: 'sent'; response: string }
  | { outcome: 'refused'; response: string; status: number | null; badAddress: boolean }
  | {
      outcome: 'later';
      response: string;
      status: number | null;
      class: 'refused' | 'reset' | 'timeout' | 'tls' | 'smtp_4xx' | 'auth' | 'dns' | 'unknown';
    };

export type Mail = {
  to: string;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  messageId: string;
  replyTo: string | null;
  /** Null for the sender's own address. */
  returnPath: string | null;
};
export type Mailer = {
  send(mail: Mail): Promise<MailResult>;
  /** Whether the relay accepts our connection and password. */
  check(): Promise<boolean>;
  close(): void;
};

/** Signed headers. RFC 8058 requires the two of one-click unsubscription. */
const SIGNED =
  'from:sender:reply-to:subject:date:message-id:to:mime-version:content-type:content-transfer-encoding:in-reply-to:references:auto-submitted:list-unsubscribe:list-unsubscribe-post';

// nodemailer's defaults, two minutes to connect and ten for an answer, are too long for a worker.
const LIMITS = {
  maxConnections: 10,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 5000,
  socketTimeout: 120_000,
};

export function createMailer(
  smtpUrl: string,
  from: string,
  dkim: Dkim | null = null,
  limits: Partial<typeof LIMITS> = {},
): Mailer {
  // Mails sent whole to the socket and not yet answered.
  const gone = new Set<string>();
  const transport: Transporter = createTransport(
    {
      url: smtpUrl,
      pool: true,
      maxMessages: 1000,
      // Only for an idle connection the relay had closed, before any text was sent.
      maxRequeues: 1,
      ...LIMITS,
      ...limits,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(dkim === null
        ? {}
        : {
            dkim: {
              domainName: dkim.domain,
              keySelector: dkim.selector,
              privateKey: dkim.privateKey,
              headerFieldNames: SIGNED,
            },
          }),
    },
    { from },
  );
  transport.use('stream', ({ message, data }, done) => {
    message.processFunc((text) => text.once('end', () => gone.add(String(data.messageId))));
    done();
  });
  return {
    async send(mail) {
      try {
        const sent: unknown = await transport.sendMail({
          to: mail.to,
          subject: mail.subject,
          html: mail.html,
          text: mail.text,
          messageId: mail.messageId,
          headers: mail.headers,
          ...(mail.replyTo === null ? {} : { replyTo: mail.replyTo }),
          ...(mail.returnPath === null ? {} : { envelope: { from: mail.returnPath, to: mail.to } }),
        });
        return { outcome: 'sent', response: responseOf(sent) };
      } catch (error) {
        return readError(error, gone.has(mail.messageId));
      } finally {
        gone.delete(mail.messageId);
      }
    },
    check: () =>
      transport.verify().then(
        () => true,
        () => false,
      ),
    close: () => transport.close(),
  };
}

function responseOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  if ('response' in value && typeof value.response === 'string') return value.response.slice(0, 500);
  return 'message' in value && typeof value.message === 'string' ? value.message.slice(0, 500) : '';
}

const text = (error: unknown, field: string): string => {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

/** Statuses about us, not the mail. */
const NOT_TAKEN = new Set([530, 534, 535, 538]);
/** Errors before the mail was offered. */
const BEFORE_MAIL = /^(?:CONN|EHLO|HELO|LHLO|STARTTLS)/;
/** RFC 3463: wrong recipient address. 5.1.7 to 5.1.9 are about the sender's. */
const BAD_ADDRESS = /^5\d\d[ -]5\.1\.(?:[0-6]|10)\b/;

type Class = Extract<MailResult, { outcome: 'later' }>['class'];
const NETWORK: Record<string, Class> = { EDNS: 'dns', ETIMEDOUT: 'timeout', ETLS: 'tls' };

function readError(error: unknown, gone: boolean): MailResult {
  const response = responseOf(error);
  const status = Number(text(error, 'responseCode')) || null;
  if (status === null && gone) return { outcome: 'later', response, status, class: 'unknown' };
  const kind = status === null ? networkClass(error) : statusClass(status, error);
  if (kind === null) return { outcome: 'refused', response, status, badAddress: BAD_ADDRESS.test(response) };
  return { outcome: 'later', response, status, class: kind };
}

/** Null if the server refused this mail. */
function statusClass(status: number, error: unknown): Class | null {
  if (NOT_TAKEN.has(status) || (text(error, 'code') === 'EAUTH' && status >= 500)) return 'auth';
  if (status >= 500 && status !== 503) return BEFORE_MAIL.test(text(error, 'command')) ? 'refused' : null;
  return status >= 400 ? 'smtp_4xx' : networkClass(error);
}

function networkClass(error: unknown): Class {
  const code = text(error, 'code');
  if (code === 'EAUTH') return 'auth';
  return NETWORK[code] ?? (text(error, 'originalCode') === 'ECONNREFUSED' ? 'refused' : 'reset');
}
