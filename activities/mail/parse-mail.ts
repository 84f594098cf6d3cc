import { createHash } from 'node:crypto';
import EmailReplyParser from 'email-reply-parser';
import { simpleParser, type Attachment, type ParsedMail } from 'mailparser';

/** The part of a mail that says who wrote it, and how. */
export type MailHead = {
  /** In lower case; null unless there is exactly one author. */
  from: string | null;
  /** Written by a machine: an absence, a list, a report. */
  automatic: boolean;
  /** Authentication-Results, topmost first. */
  authenticated: string[];
};
/** A mail as far as anything is decided by it. */
export type InboundMail = MailHead & {
  /** SHA-256 of its Message-ID, or of all of it where it has none. */
  key: string;
  attached: boolean;
  /** The words of its author, above what is quoted and without a signature. */
  text: string;
  /** The outcome of the mail that it reports on (RFC 3464); null where it is not a report. */
  report: { action: string; status: string; diagnostic: string } | null;
};

const REPORT = 'message/delivery-status';
/** Part of nearly every mail, and nothing that a person attached. */
const SIGNATURES = /^application\/(?:x-)?pkcs7-signature$|^application\/pgp-signature$/;

/** Longer than any answer with the reply mail that it quotes: an SMS holds 1,224 characters. */
const MOST_CHARACTERS = 10_000;
/** Converting HTML costs seconds a megabyte. */
const MOST_HTML = 300_000;

const parse = (raw: Buffer): Promise<ParsedMail> =>
  simpleParser(raw, {
    keepDeliveryStatus: true,
    maxHtmlLengthToParse: MOST_HTML,
    skipImageLinks: true,
    skipTextToHtml: true,
    skipTextLinks: true,
  });

/** Reads header lines. */
export const readHead = async (head: Buffer): Promise<MailHead> => headOf(await parse(head));

/** Rejects when the mail is beyond what the parser converts. */
export async function readMail(raw: Buffer): Promise<InboundMail> {
  const mail = await parse(raw);
  const report = mail.attachments.find(({ contentType }) => contentType === REPORT);
  if (mail.textConversionError && !report) throw mail.textConversionError;
  const head = headOf(mail);
  return {
    ...head,
    key: createHash('sha256')
      .update(mail.messageId ?? raw)
      .digest('hex'),
    automatic: head.automatic || report !== undefined,
    attached: mail.attachments.some(isAttached),
    text: report ? '' : writtenIn(mail.text ?? ''),
    report: report ? readReport(report.content.toString('utf8')) : null,
  };
}

function headOf(mail: ParsedMail): MailHead {
  const lines = (name: string): string[] =>
    mail.headerLines
      .filter(({ key }) => key === name)
      .map(({ line }) =>
        line
          .slice(line.indexOf(':') + 1)
          .replaceAll(/\r?\n[ \t]+/g, ' ')
          .trim(),
      );
  const [precedence = '', submitted = 'no', type = ''] = ['precedence', 'auto-submitted', 'content-type'].map(
    (name) => lines(name)[0]?.toLowerCase() ?? undefined,
  );
  const authors = mail.from?.value ?? [];
  return {
    from: authors.length === 1 ? (authors[0]?.address?.toLowerCase() ?? null) : null,
    automatic:
      type.startsWith('multipart/report') ||
      submitted.split(';')[0]?.trim() !== 'no' ||
      /^(?:auto[_-]?reply|bulk|junk|list)$/.test(precedence) ||
      ['x-autoreply', 'x-autorespond', 'list-id'].some((name) => lines(name).length > 0),
    authenticated: lines('authentication-results'),
  };
}

/** Finding the quote takes time by the square of a run of empty lines: each run is one line first. */
const writtenIn = (text: string): string =>
  new EmailReplyParser().read(emptyLinesJoined(text).slice(0, MOST_CHARACTERS)).getVisibleText().replaceAll('\r\n', '\n').trim();

/** Line by line: a pattern over the whole text would itself look back for ever. */
function emptyLinesJoined(text: string): string {
  const kept: string[] = [];
  let length = 0;
  for (const line of text.split('\n')) {
    const end = line.trimEnd();
    if (end === '' && kept.at(-1) === '') continue;
    kept.push(end);
    length += end.length + 1;
    if (length > MOST_CHARACTERS) break;
  }
  return kept.join('\n');
}

/** Inline images and S/MIME signatures do not count as attachments. */
const isAttached = ({ contentType, related }: Attachment): boolean =>
  !related && contentType !== REPORT && !SIGNATURES.test(contentType);

function readReport(text: string): InboundMail['report'] {
  const unfolded = text.replaceAll(/\r?\n[ \t]+/g, ' ');
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(unfolded)?.[1]?.trim() ?? '';
  return { action: field('Action').toLowerCase(), status: field('Status'), diagnostic: field('Diagnostic-Code').slice(0, 500) };
}
