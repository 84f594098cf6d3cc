import { createHash } from 'node:crypto';
import EmailReplyParser from 'email-reply-parser';
import { simpleParser, type Attachment, type ParsedMail } from 'mailparser';

export type MailHead = {
  /** Lower case; null unless there is exactly one author. */
  from: string | null;
  /** Absence notes, lists, reports. */
  automatic: boolean;
  /** Authentication-Results, topmost first. */
  authenticated: string[];
};
export type InboundMail = MailHead & {
  /** SHA-256 of the Message-ID, or of the whole mail if it has none. */
  key: string;
  attached: boolean;
  /** The author's text, without quotes and signature. */
  text: string;
  /** Outcome of the mail it reports on (RFC 3464); null if not a report. */
  report: { action: string; status: string; diagnostic: string } | null;
};

const REPORT = 'message/delivery-status';
/** S/MIME and PGP signatures, not attachments. */
const SIGNATURES = /^application\/(?:x-)?pkcs7-signature$|^application\/pgp-signature$/;

/** Longer than any answer with its quote: an SMS holds 1,224 characters. */
const MOST_CHARACTERS = 10_000;
/** Converting HTML takes seconds per megabyte. */
const MOST_HTML = 300_000;

const parse = (raw: Buffer): Promise<ParsedMail> =>
  simpleParser(raw, {
    keepDeliveryStatus: true,
    maxHtmlLengthToParse: MOST_HTML,
    skipImageLinks: true,
    skipTextToHtml: true,
    skipTextLinks: true,
  });

export const readHead = async (head: Buffer): Promise<MailHead> => headOf(await parse(head));

/** Rejects when the parser can't convert the mail. */
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

/** Runs of empty lines are joined first: the quote finder is quadratic in them. */
const writtenIn = (text: string): string =>
  new EmailReplyParser().read(emptyLinesJoined(text).slice(0, MOST_CHARACTERS)).getVisibleText().replaceAll('\r\n', '\n').trim();

/** Line by line: a pattern over the whole text would backtrack without end. */
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
