import type { CountryReach } from '../numbers/country-rules.ts';
import type { Fault } from '../problems/said.ts';
import { forcingCharacters, plainSegments, segmentClasses, type Previewed, type SegmentClass } from './preview.ts';
import type { QuietEffect } from '../sending/quiet-effect.ts';
import type { AnswerBy, Refusal } from '../sending/sender-policy.ts';
import type { Warning } from '../problems/warning.ts';

const MOST_FAULTS = 100;
const MOST_CODES = 5;
const MOST_CHARACTERS = 200;

/** Sums over the pages of a list, kept between pages without recipients' numbers or texts. */
export type PreviewTally = {
  given: number;
  kept: number;
  duplicatesRemoved: number;
  optedOut: number;
  segments: number;
  /** Segments if written in plain characters. */
  plainSegments: number;
  costMicros: number | null;
  unpriced: string[];
  ambiguous: number;
  /** Missing in tallies of an earlier release, like `landlines`. */
  ambiguousOwn?: number;
  dead?: number;
  answerBy: AnswerBy;
  wireSenders: string[];
  classes: Omit<SegmentClass, 'avg'>[];
  forcing: { character: string; messages: number }[];
  reach: CountryReach[];
  quiet: Omit<QuietEffect, 'until' | 'clearAt'> & { until: string | null; clearAt?: string | null };
  stops: { added: number; missing: number };
  landlines?: number;
  /** By code, as the first page worded them. */
  warnings: Warning[];
  faultRows: number;
  problems: number;
  faults: Fault[];
  /** Unreachable recipients by country. */
  unreachable: Record<string, number>;
  /** Rows of sample recipients. */
  samples: { first: number[]; longest: Sample | null; country: string | null; elsewhere: number | null };
  /** Refuses the whole campaign; no more pages are planned. */
  refused: Refusal | null;
};
type Sample = { row: number; segments: number };

export const NO_ROWS: PreviewTally = {
  given: 0,
  kept: 0,
  duplicatesRemoved: 0,
  optedOut: 0,
  segments: 0,
  plainSegments: 0,
  costMicros: null,
  unpriced: [],
  ambiguous: 0,
  answerBy: 'none',
  wireSenders: [],
  classes: [],
  forcing: [],
  reach: [],
  quiet: { policy: 'off', held: 0, until: null, clearAt: null, notes: [] },
  stops: { added: 0, missing: 0 },
  warnings: [],
  faultRows: 0,
  problems: 0,
  faults: [],
  unreachable: {},
  samples: { first: [], longest: null, country: null, elsewhere: null },
  refused: null,
};

/** `rowOf`: a message's place in the list. */
export type TalliedPage = {
  given: number;
  optedOut: number;
  dead: number;
  messages: readonly (Previewed & { sender: string; ambiguous: boolean; ambiguousOwn: boolean; costMicros: number | null })[];
  duplicatesRemoved: number;
  segments: number;
  costMicros: number | null;
  answerBy: AnswerBy;
  reach: readonly CountryReach[];
  quiet: QuietEffect;
  stops: { added: number; missing: number };
  landlines: number;
  warnings: readonly Warning[];
  faultRows: number;
  rowFaults: readonly Fault[];
  unreachable: readonly { country: string }[];
  rowOf: (to: string) => number | undefined;
};

export function addPage(tally: PreviewTally, page: TalliedPage, text: string): PreviewTally {
  const { messages } = page;
  const cost = page.costMicros === null ? tally.costMicros : (tally.costMicros ?? 0) + page.costMicros;
  const unreachable = { ...tally.unreachable };
  for (const { country } of page.unreachable) unreachable[country] = (unreachable[country] ?? 0) + 1;
  const known = new Set(tally.warnings.map(({ code }) => code));
  return {
    given: tally.given + page.given,
    kept: tally.kept + messages.length,
    duplicatesRemoved: tally.duplicatesRemoved + page.duplicatesRemoved,
    optedOut: tally.optedOut + page.optedOut,
    segments: tally.segments + page.segments,
    plainSegments: tally.plainSegments + plainSegments(messages),
    costMicros: cost,
    unpriced: union(
      tally.unpriced,
      messages.flatMap(({ costMicros, country }) => (costMicros === null ? [country] : [])),
    ),
    ambiguous: tally.ambiguous + messages.filter(({ ambiguous }) => ambiguous).length,
    ambiguousOwn: (tally.ambiguousOwn ?? 0) + messages.filter(({ ambiguousOwn }) => ambiguousOwn).length,
    dead: (tally.dead ?? 0) + page.dead,
    answerBy: page.answerBy,
    wireSenders: union(
      tally.wireSenders,
      messages.map(({ sender }) => sender),
    ).slice(0, 2),
    classes: addClasses(tally.classes, segmentClasses(messages)),
    forcing: addForcing(tally.forcing, forcingCharacters(messages, text)),
    reach: addReach(tally.reach, page.reach),
    quiet: addQuiet(tally.quiet, page.quiet),
    stops: { added: tally.stops.added + page.stops.added, missing: tally.stops.missing + page.stops.missing },
    landlines: (tally.landlines ?? 0) + page.landlines,
    warnings: [...tally.warnings, ...page.warnings.filter(({ code }) => !known.has(code))],
    faultRows: tally.faultRows + page.faultRows,
    problems: tally.problems + page.rowFaults.length,
    faults: [...tally.faults, ...page.rowFaults.toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0))].slice(0, MOST_FAULTS),
    unreachable,
    samples: addSamples(tally.samples, page),
    refused: null,
  };
}

const union = (some: readonly string[], more: readonly string[]): string[] => [...new Set([...some, ...more])];

function addClasses(some: PreviewTally['classes'], more: readonly SegmentClass[]): PreviewTally['classes'] {
  const classes = new Map(some.map((each) => [`${each.country} ${each.encoding}`, { ...each }]));
  for (const { avg: _, ...each } of more) {
    const known = classes.get(`${each.country} ${each.encoding}`);
    if (!known) classes.set(`${each.country} ${each.encoding}`, each);
    else {
      known.recipients += each.recipients;
      known.min = Math.min(known.min, each.min);
      known.max = Math.max(known.max, each.max);
      known.total += each.total;
    }
  }
  return [...classes.values()];
}

function addForcing(some: PreviewTally['forcing'], more: PreviewTally['forcing']): PreviewTally['forcing'] {
  const counts = new Map(some.map(({ character, messages }) => [character, messages]));
  for (const { character, messages } of more) {
    if (counts.size < MOST_CHARACTERS || counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + messages);
  }
  return [...counts].map(([character, messages]) => ({ character, messages }));
}

function addReach(some: readonly CountryReach[], more: readonly CountryReach[]): CountryReach[] {
  const byCountry = new Map(some.map((each) => [each.country, each]));
  for (const each of more) {
    const known = byCountry.get(each.country);
    byCountry.set(each.country, {
      ...each,
      recipients: (known?.recipients ?? 0) + each.recipients,
      canReply: (known?.canReply ?? 0) + each.canReply,
      codes: union(known?.codes ?? [], each.codes).slice(0, MOST_CODES),
    });
  }
  return [...byCountry.values()].toSorted((a, b) => b.recipients - a.recipients);
}

const later = (one: string | null, other: Date | null): string | null =>
  [one, other?.toISOString() ?? null]
    .filter((each) => each !== null)
    .toSorted()
    .at(-1) ?? null;

function addQuiet(some: PreviewTally['quiet'], { policy, held, until, clearAt, notes }: QuietEffect): PreviewTally['quiet'] {
  const merged = some.notes.map((note) => ({ ...note }));
  for (const note of notes) {
    const known = merged.find(({ kind, name }) => kind === note.kind && name === note.name);
    if (known) known.recipients += note.recipients;
    else merged.push({ ...note });
  }
  const times = { until: later(some.until, until), clearAt: later(some.clearAt ?? null, clearAt) };
  return { policy, held: some.held + held, ...times, notes: merged };
}

/** The first three, the longest, and the first from another country. */
function addSamples(some: PreviewTally['samples'], { messages, rowOf }: TalliedPage): PreviewTally['samples'] {
  const [start] = messages;
  if (!start) return some;
  const country = some.country ?? start.country;
  const first = [...some.first, ...messages.slice(0, 3).flatMap(({ to }) => rowOf(to) ?? [])].slice(0, 3);
  let most = some.longest?.segments ?? 0;
  let longest: Previewed | undefined;
  for (const message of messages) {
    if (message.segments <= most) continue;
    most = message.segments;
    longest = message;
  }
  const row = longest && rowOf(longest.to);
  const other = some.elsewhere === null ? messages.find((message) => message.country !== country) : undefined;
  return {
    first,
    country,
    longest: row === undefined ? some.longest : { row, segments: most },
    elsewhere: some.elsewhere ?? (other && rowOf(other.to)) ?? null,
  };
}
