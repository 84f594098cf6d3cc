import { createTransport, type Transporter } from 'nodemailer';

/** How a mail ended. `ambiguous`: the connection was lost after the text had gone: it may have arrived. */
export type MailResult =
  | { outcome: 'sent'; response: string }
  | { outcome: 'refused'; response: string; status: number | null }
  | {
      outcome: 'later';
      response: string;
      status: number | null;
      class: 'refused' | 'timeout' | 'smtp_4xx' | 'auth' | 'dns' | 'unknown';
    };

export type Mail = {
  id: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  messageId: string;
};
export type Mailer = { send(mail: Mail): Promise<MailResult>; close(): void };

/** One pool of SMTP connections. nodemailer's own time limits are too long for a worker. */
export function createMailer(smtpUrl: string, from: string): Mailer {
  const transport: Transporter = createTransport(
    {
      url: smtpUrl,
      pool: true,
      maxConnections: 5,
      maxMessages: 1000,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      dnsTimeout: 5000,
      socketTimeout: 120_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
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
        });
        return { outcome: 'sent', response: responseOf(sent) };
      } catch (error) {
        return readError(error);
      }
    },
    close: () => transport.close(),
  };
}

function responseOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  if ('response' in value && typeof value.response === 'string') return value.response.slice(0, 500);
  return 'message' in value && typeof value.message === 'string' ? value.message.slice(0, 500) : '';
}

function readError(error: unknown): MailResult {
  const response = responseOf(error);
  const status =
    typeof error === 'object' && error !== null && 'responseCode' in error && typeof error.responseCode === 'number'
      ? error.responseCode
      : null;
  const code = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'EAUTH') return { outcome: 'later', response, status, class: 'auth' };
  if (status !== null && status >= 500 && status !== 503) return { outcome: 'refused', response, status };
  if (status !== null && status >= 400) return { outcome: 'later', response, status, class: 'smtp_4xx' };
  if (code === 'EDNS' || code === 'ENOTFOUND') return { outcome: 'later', response, status, class: 'dns' };
  if (code === 'ETIMEDOUT') return { outcome: 'later', response, status, class: 'timeout' };
  if (code === 'ECONNREFUSED' || code === 'ESOCKET') return { outcome: 'later', response, status, class: 'refused' };
  return { outcome: 'later', response, status, class: 'unknown' };
}
