import type { Fault } from '../api.ts';
import type { Word } from './fr/index.ts';

/** `row`: of a list alone. */
type Said = { field?: RegExp; problem: RegExp; remedy?: RegExp; row?: true; word: Word };

/** What the API says of one value, and the words of the console for it. A named part of the pattern is a value of the words. */
const KNOWN: Said[] = [
  { field: /^text$/, problem: /^is empty$/, word: 'fault.noText' },
  { field: /^list$/, problem: /^(?:is empty|has no rows)$/, word: 'fault.noRows' },
  { row: true, problem: /^is empty$/, word: 'fault.empty' },
  { row: true, field: /^to$/, problem: /^is missing$/, word: 'fault.empty' },
  { row: true, problem: /^is missing$/, word: 'fault.missing' },
  { problem: /^contains characters that no phone number has$/, word: 'fault.notPhone' },
  { problem: /^is no phone number that exists$/, word: 'fault.noSuchPhone' },
  { problem: /^contains a control character$/, word: 'fault.control' },
  { problem: /^contains half of a surrogate pair$/, word: 'fault.broken' },
  { problem: /^takes (?<n>\d+) segments/, word: 'fault.tooLong' },
  { problem: /^could not reply: .* for (?<country>[A-Z]{2})$/, word: 'fault.noReply' },
  { problem: /^(?<n>\d+) in (?<country>[A-Z]{2}) could not reply/, word: 'fault.noReplyMany' },
  { problem: /^names a number for STOP by XXXXX/, word: 'fault.noStop' },
  { problem: /^\{\{(?<tag>.+)\}\} is in no /, word: 'fault.unknownTag' },
  { field: /^text$/, problem: /plain tag|^can not be read/, word: 'fault.badTag' },
  { field: /^reference$/, problem: /^is not accepted$/, word: 'fault.reference' },
  { problem: /^has no column "(?<name>.*)"$/, word: 'fault.noColumn' },
  { problem: /^is not valid UTF-8$/, word: 'fault.utf8' },
  { problem: /^is not valid gzip$/, word: 'fault.gzip' },
  { problem: /^has a row with another number of columns/, word: 'fault.columns' },
  { problem: /^(?:ends within quotes|has a quote in the middle)/, word: 'fault.quotes' },
  { problem: /^names the column "(?<name>.*)" twice$/, word: 'fault.twice' },
  { problem: /^has no name for column (?<n>\d+)$/, word: 'fault.unnamed' },
  { problem: /^has (?<n>\d+) columns$/, word: 'fault.tooWide' },
  { problem: /^has more than (?<n>[\d,]+) rows$/, word: 'fault.tooManyRows' },
  { problem: /^is larger than (?<n>\d+) MB/, word: 'fault.tooLarge' },
  { problem: /^is not CSV$/, word: 'fault.notCsv' },
  { field: /^sendAt$/, problem: /^is in the past$/, word: 'fault.past' },
  { field: /^sendAt$/, problem: /^is more than a year ahead$/, word: 'fault.farAhead' },
  { field: /^keyword$/, problem: /./, word: 'fault.keyword' },
  { field: /^word$/, problem: /^is obeyed by itself/, word: 'fault.obeyed' },
  { field: /^word$/, problem: /./, word: 'fault.oneWord' },
  { problem: /^can not be used$/, remedy: /public https address/, word: 'fault.unsafeUrl' },
  { problem: /^has a form/, remedy: /e-mail address/, word: 'fault.email' },
  { problem: /^has a form/, remedy: /absolute URL/, word: 'fault.url' },
  { problem: /^has a form/, remedy: /two capital letters/, word: 'fault.country' },
  { problem: /^has a form/, remedy: /3 to 11 letters/, word: 'fault.sender' },
  { problem: /^has a form/, remedy: /lower-case letters, digits and hyphens/, word: 'fault.plainName' },
  { problem: /^has a form/, word: 'fault.form' },
  { problem: /^is (?:empty|missing)$/, word: 'fault.needed' },
  { problem: /^is too small$/, remedy: /at least (?<n>[\d.]+) characters/, word: 'fault.short' },
  { problem: /^is too large$/, remedy: /at most (?<n>[\d.]+) characters/, word: 'fault.long' },
  { problem: /^is too small$/, remedy: /at least (?<n>[-\d.]+)/, word: 'fault.atLeast' },
  { problem: /^is too large$/, remedy: /at most (?<n>[-\d.]+)/, word: 'fault.atMost' },
  { problem: /^is not an amount$/, word: 'fault.number' },
  { problem: /^is not of type number$/, word: 'fault.number' },
  { problem: /^is not (?:of type|one of the values)/, word: 'fault.choice' },
];

export function faultWord({ field, problem, remedy, row }: Fault): { word: Word; values: Record<string, string> } | null {
  for (const known of KNOWN) {
    if (known.field?.test(field) === false || (known.row && row === undefined)) continue;
    const [match, more] = [known.problem.exec(problem), known.remedy?.exec(remedy)];
    if (match && more !== null) return { word: known.word, values: { field, ...match.groups, ...more?.groups } };
  }
  return null;
}

const FIELDS: Record<string, Word> = {
  name: 'name',
  text: 'text',
  reason: 'reason',
  email: 'email',
  address: 'email',
  url: 'address',
  word: 'word',
  phone: 'filterNumber',
  number: 'filterNumber',
  to: 'filterNumber',
  country: 'country',
  defaultSender: 'sender',
  password: 'password',
  amount: 'priceWord',
};

/** What a page calls a value of the API's: by the last of its names, such as `address` of `emails[0].address`. */
export const fieldWord = (field: string): Word | null => FIELDS[/\w+$/.exec(field)?.[0] ?? ''] ?? null;
