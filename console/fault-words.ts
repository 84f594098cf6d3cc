import type { Fault } from './api.ts';
import type { Word } from './text-fr.ts';

type Said = { field?: RegExp; problem: RegExp; word: Word };

/** What the API says of one value, and the words of the console for it. A named part of the pattern is a value of the words. */
const KNOWN: Said[] = [
  { field: /^text$/, problem: /^is empty$/, word: 'fault.noText' },
  { field: /^list$/, problem: /^(?:is empty|has no rows)$/, word: 'fault.noRows' },
  { problem: /^is empty$/, word: 'fault.empty' },
  { field: /^to$/, problem: /^is missing$/, word: 'fault.empty' },
  { problem: /^is missing$/, word: 'fault.missing' },
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
];

export function faultWord({ field, problem }: Fault): { word: Word; values: Record<string, string> } | null {
  for (const known of KNOWN) {
    const match = known.field?.test(field) === false ? null : known.problem.exec(problem);
    if (match) return { word: known.word, values: { field, ...match.groups } };
  }
  return null;
}
