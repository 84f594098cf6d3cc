import { createHash } from 'node:crypto';
import EmailReplyParser from 'email-reply-parser';
import { simpleParser, type Attachment } from 'mailparser';

/** A mail as far as anything is decided by it. */
export type InboundMail = {
  /** In lower case; null unless there is exactly one author. */
  from: string | null;
  /** SHA-256 of its Message-ID, or of all of it where it has none. */
  key: string;
  /** Written by a machine: an absence, a list, a report. */
  automatic: boolean;
  /** Authentication-Results, topmost first. */
  authenticated: string[];
  attached: boolean;
  /** What its author wrote, above what is quoted and without a signature. */
  text: string;
  /** What became of the mail that it reports on (RFC 3464); null where it is no report. */
  report: { action: string; status: string; diagnostic: string } | null;
};

const REPORT = 'message/delivery-status';
/** Part of nearly every mail, and nothing that a person attached. */
const SIGNATURES = /^application\/(?:x-)?pkcs7-signature$|^application\/pgp-signature$/;

/** Never throws for what a sender wrote. */
export async function readMail(raw: Buffer): Promise<InboundMail> {
  const mail = await simpleParser(raw, {
    keepDeliveryStatus: true,
    skipImageLinks: true,
    skipTextToHtml: true,
    skipTextLinks: true,
  });
  const lines = (name: string): string[] =>
    mail.headerLines
      .filter(({ key }) => key === name)
      .map(({ line }) =>
        line
          .slice(line.indexOf(':') + 1)
          .replaceAll(/\r?\n[ \t]+/g, ' ')
          .trim(),
      );
  const [precedence = '', submitted = 'no'] = ['precedence', 'auto-submitted'].map(
    (name) => lines(name)[0]?.toLowerCase() ?? undefined,
  );
  const report = mail.attachments.find(({ contentType }) => contentType === REPORT);
  const authors = mail.from?.value ?? [];
  return {
    from: authors.length === 1 ? (authors[0]?.address?.toLowerCase() ?? null) : null,
    key: createHash('sha256')
      .update(mail.messageId ?? raw)
      .digest('hex'),
    automatic:
      report !== undefined ||
      submitted.split(';')[0]?.trim() !== 'no' ||
      /^(?:auto[_-]?reply|bulk|junk|list)$/.test(precedence) ||
      ['x-autoreply', 'x-autorespond', 'list-id'].some((name) => lines(name).length > 0),
    authenticated: lines('authentication-results'),
    attached: mail.attachments.some(isAttached),
    text: new EmailReplyParser()
      .read(mail.text ?? '')
      .getVisibleText()
      .replaceAll('\r\n', '\n')
      .trim(),
    report: report ? readReport(report.content.toString('utf8')) : null,
  };
}

/** A picture inside the text, such as a logo in a signature, is none; so is what it was signed with. */
const isAttached = ({ contentType, related }: Attachment): boolean =>
  !related && contentType !== REPORT && !SIGNATURES.test(contentType);

function readReport(text: string): InboundMail['report'] {
  const unfolded = text.replaceAll(/\r?\n[ \t]+/g, ' ');
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(unfolded)?.[1]?.trim() ?? '';
  return { action: field('Action').toLowerCase(), status: field('Status'), diagnostic: field('Diagnostic-Code').slice(0, 500) };
}
