import { setImmediate } from 'node:timers/promises';
import { AppError, type Fault } from '../domain/errors.ts';
import { normalisePhone } from '../domain/phone-number.ts';
import { countSegments, MAX_SEGMENTS } from '../domain/segments.ts';
import { planSender, type Origin, type Refusal, type RouteName, type Rules, type SenderPlan } from '../domain/sender-policy.ts';
import { compileSmsTemplate } from '../templates/sms.ts';

const MOST_FAULTS = 1000;
/** Rows between two breaths of the event loop: about 10 ms. */
const BREATH = 1000;
const MOST_REFERENCE = 255;

/** What PostgreSQL or a phone can't hold. Line breaks are text. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

export type CampaignRequest = {
  route: RouteName;
  /** With merge tags. */
  text: string;
  sender: string | undefined;
  withReplies: boolean;
  /** Whether recipients who could not reply get it all the same. */
  allowUnreachable: boolean;
  /** As they came: each is looked at here, so that every bad row is named. */
  recipients: readonly unknown[];
};

type PlannedMessage = Origin & { row: number; to: string; text: string; segments: number; reference: string | null };

export type Plan = {
  carrierId: string;
  /** The sender that all messages go out under, null where they differ. */
  wireSender: string | null;
  messages: PlannedMessage[];
  segments: number;
  /** Recipients left out because their number stood earlier in the list. */
  duplicatesRemoved: number;
};

type Template = ReturnType<typeof compileSmsTemplate>;

/** What is wrong with a text, whoever it goes to. */
export function textFault(text: string): Omit<Fault, 'field'> | undefined {
  if (text.trim() === '') return { problem: 'is empty', remedy: 'Write a text' };
  if (CONTROL.test(text))
    return { problem: 'contains a control character', remedy: 'Remove it; a line break or a space may stand in its place' };
  if (!text.isWellFormed()) return { problem: 'contains half of a surrogate pair', remedy: 'Remove the broken character' };
  return undefined;
}

/** Gathers what is wrong with the list: the first thousand by name, the rest by number. */
function createFaults() {
  const listed: Fault[] = [];
  const rows = new Set<number>();
  let unlisted = 0;
  return {
    rows,
    listed,
    add(row: number, field: string, problem: string, remedy: string) {
      rows.add(row);
      if (listed.length < MOST_FAULTS) listed.push({ field, row, problem, remedy });
      else unlisted += 1;
    },
    refusal(): Refusal {
      const more = unlisted === 0 ? '' : ` The first ${MOST_FAULTS} problems are listed; there are ${unlisted} more.`;
      const detail = `${rows.size} of the recipients can not be accepted, so nothing was stored.${more}`;
      return { code: 'invalid-rows', detail, faults: listed };
    },
  };
}
type Faults = ReturnType<typeof createFaults>;

type Recipient = { to: string; reference: string | null; values: Record<string, string> };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads one recipient, or names what is wrong with it. */
function readRecipient(value: unknown, row: number, faults: Faults): Recipient | undefined {
  if (!isRecord(value)) {
    faults.add(row, 'recipients', 'is not an object', 'Send {"to": "+33612345678", …}');
    return undefined;
  }
  const values: Record<string, string> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'string') values[key] = item;
    else if (typeof item === 'number' && (Number.isSafeInteger(item) || !Number.isInteger(item))) values[key] = String(item);
    else if (item !== null)
      faults.add(
        row,
        key,
        typeof item === 'number' ? 'is too large a number' : 'is neither text nor a number',
        'Send it as a string',
      );
  }
  const { to, reference } = value;
  if (to === undefined || to === null) faults.add(row, 'to', 'is missing', 'Send the phone number, such as "+33612345678"');
  else if (typeof to === 'number')
    faults.add(row, 'to', 'is a number', 'Send the phone number as a string, such as "+33612345678"');
  if (
    typeof reference === 'string' &&
    (reference.length > MOST_REFERENCE || CONTROL.test(reference) || !reference.isWellFormed())
  ) {
    faults.add(
      row,
      'reference',
      'is not accepted',
      `Send at most ${MOST_REFERENCE} characters, none of them a control character`,
    );
  }
  if (typeof to !== 'string' || faults.rows.has(row)) return undefined;
  return { to, reference: values['reference'] ?? null, values };
}

/** Renders one text as it will be read, or names what is wrong with it. `XXXXX` (in a mention of STOP) becomes the reply code. */
function renderText(
  template: Template,
  recipient: Recipient,
  replyCode: string | null,
  row: number,
  faults: Faults,
): { text: string; segments: number } | undefined {
  const rendered = template.render(recipient.values);
  if ('missing' in rendered) {
    for (const tag of rendered.missing) faults.add(row, tag, 'is missing', `Give this recipient a value for {{${tag}}}`);
    return undefined;
  }
  const text = replyCode === null ? rendered.text : rendered.text.replaceAll('XXXXX', replyCode);
  const fault = textFault(text);
  if (fault) {
    const field = template.variables.find((name) => textFault(`x${recipient.values[name] ?? ''}`) !== undefined) ?? 'text';
    faults.add(row, field, fault.problem, fault.remedy);
    return undefined;
  }
  const { segments, encoding } = countSegments(text);
  if (segments > MAX_SEGMENTS) {
    faults.add(
      row,
      'text',
      `takes ${segments} segments in ${encoding}`,
      `Shorten the text or this recipient's values: ${MAX_SEGMENTS} segments at most`,
    );
    return undefined;
  }
  return { text, segments };
}

function compile(text: string): Template | Refusal {
  const fault = textFault(text);
  if (fault) return { code: 'invalid-request', detail: 'The text is not accepted.', faults: [{ field: 'text', ...fault }] };
  try {
    return compileSmsTemplate(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, detail: error.message, faults: error.faults };
  }
}

/** A tag that no recipient has a value for is a mistake in the text, not in each row. */
function unknownTags(template: Template, recipients: readonly unknown[]): Fault[] {
  const known = (tag: string) => recipients.some((recipient) => isRecord(recipient) && Object.hasOwn(recipient, tag));
  return template.variables
    .filter((tag) => !known(tag))
    .map((tag) => ({
      field: 'text',
      problem: `{{${tag}}} is in no recipient`,
      remedy: `Give the recipients a field "${tag}", or remove the tag`,
    }));
}

/** Where in the pool a campaign begins, so that SIMs and short codes are used alike. */
const turnOf = (id: string): number => Number.parseInt(id.slice(-6), 16);

/**
 * Decides everything about a campaign before anything is stored: who it comes from, what each recipient reads, how many
 * segments. A refusal names every bad row. Lets other work in between its rows. `id` is the campaign's.
 */
export async function planCampaign(request: CampaignRequest, rules: Rules, id: string): Promise<Plan | { refused: Refusal }> {
  const template = compile(request.text);
  if ('code' in template) return { refused: template };
  const tags = unknownTags(template, request.recipients);
  if (tags.length > 0)
    return { refused: { code: 'invalid-request', detail: 'The text has merge tags that no recipient has.', faults: tags } };
  const sender = planSender(request, rules, turnOf(id));
  if ('refused' in sender) return sender;
  return planRows(request, rules, template, sender);
}

/** What the rows of one page of a list are, each by itself: `first` is the list's row of the page's first. */
export type PlannedPage = {
  carrierId: string;
  messages: PlannedMessage[];
  faults: Fault[];
  /** Rows whose number stands earlier in the page. */
  duplicatesRemoved: number;
};

/** Plans a page of a long list. A refusal concerns the campaign as a whole; bad rows are listed, and their page goes on. */
export function planPage(
  request: Omit<CampaignRequest, 'recipients'>,
  rules: Rules,
  id: string,
  rows: readonly unknown[],
  first: number,
): PlannedPage | { refused: Refusal } {
  const template = compile(request.text);
  if ('code' in template) return { refused: template };
  const sender = planSender(request, rules, turnOf(id) + first);
  if ('refused' in sender) return sender;
  const pass = createPass(rules.account.country, template, sender);
  for (const [index, value] of rows.entries()) pass.add(value, first + index);
  const { faults, messages, duplicatesRemoved, unreachable } = pass.result();
  return {
    carrierId: sender.carrierId,
    messages,
    faults: [...faults.listed, ...unreachable.map(({ field, row, problem, remedy }) => ({ field, row, problem, remedy }))],
    duplicatesRemoved,
  };
}

/** The merge tags of a text that no column of its list is named for. */
export function tagsWithoutColumn(text: string, columns: string[]): Fault[] {
  const template = compile(text);
  return 'code' in template ? template.faults : unknownTags(template, [Object.fromEntries(columns.map((name) => [name, '']))]);
}

async function planRows(
  request: CampaignRequest,
  rules: Rules,
  template: Template,
  sender: SenderPlan,
): Promise<Plan | { refused: Refusal }> {
  const pass = createPass(rules.account.country, template, sender);
  for (const [index, value] of request.recipients.entries()) {
    if (index % BREATH === BREATH - 1) await setImmediate();
    pass.add(value, index + 1);
  }
  const { faults, unreachable, wireSenders, messages, segments, duplicatesRemoved } = pass.result();
  if (faults.rows.size > 0) return { refused: faults.refusal() };
  if (unreachable.length > 0) return { refused: noReplyCode(Map.groupBy(unreachable, ({ country }) => country)) };
  const [only] = wireSenders;
  return {
    carrierId: sender.carrierId,
    wireSender: wireSenders.size === 1 && only !== undefined ? only : null,
    messages,
    segments,
    duplicatesRemoved,
  };
}

/** One pass over recipients, row by row. Those who could not reply are counted by country. */
function createPass(country: string, template: Template, sender: SenderPlan) {
  const faults = createFaults();
  const messages: PlannedMessage[] = [];
  const seen = new Set<string>();
  const unreachable: (Fault & { row: number; country: string })[] = [];
  const wireSenders = new Set<string>();
  let segments = 0;
  let duplicatesRemoved = 0;

  function add(value: unknown, row: number): void {
    const recipient = readRecipient(value, row, faults);
    if (!recipient) return;
    const phone = normalisePhone(recipient.to, country);
    if ('problem' in phone) {
      faults.add(row, 'to', phone.problem, 'Send a phone number in international form, such as +33612345678');
      return;
    }
    if (seen.has(phone.e164)) {
      duplicatesRemoved += 1;
      return;
    }
    seen.add(phone.e164);
    const origin = sender.pick(phone.country, messages.length);
    const rendered = renderText(template, recipient, origin?.replyCode ?? null, row, faults);
    if (!origin) unreachable.push({ ...cannotReply(phone.country), row, country: phone.country });
    if (!rendered || !origin) return;
    wireSenders.add(origin.sender);
    segments += rendered.segments;
    messages.push({ ...origin, row: messages.length + 1, to: phone.e164, ...rendered, reference: recipient.reference });
  }
  return { add, result: () => ({ faults, messages, unreachable, wireSenders, segments, duplicatesRemoved }) };
}

const REMEDY =
  'Rent a number for that country, leave it out, or send anyway without replies: allowUnreachable: true and a sender ID, no XXXXX';

const cannotReply = (country: string): Fault => ({
  field: 'to',
  problem: `could not reply: there is no number to reply to for ${country}`,
  remedy: REMEDY,
});

function noReplyCode(unreachable: Map<string, unknown[]>): Refusal {
  const faults = [...unreachable].map(([country, list]) => ({
    field: 'recipients',
    problem: `${list.length} in ${country} could not reply: there is no number to reply to for that country`,
    remedy: REMEDY,
  }));
  return { code: 'no-reply-code', detail: 'Some recipients could not reply, so nothing was stored.', faults };
}
