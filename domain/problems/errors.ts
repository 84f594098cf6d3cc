import { CATALOGUES, faultWords, fill, sentenceOf, type ErrorCode, type Fault, type Language, type Said } from './said.ts';

export type { ErrorCode, Fault } from './said.ts';

/** An expected refusal, as data. Never carries a secret, a number or a text. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly said: Said | null;
  readonly faults: Fault[];

  /** `said`: details that the faults do not give. */
  constructor(code: ErrorCode, said: Said | null = null, faults: Fault[] = []) {
    super(detailOf({ code, said, faults }, 'en'));
    this.name = 'AppError';
    this.code = code;
    this.said = said;
    this.faults = faults;
  }
}

export const invalidRequest = (...faults: Fault[]): AppError => new AppError('invalid-request', null, faults);

/** Its own sentence, else the first fault's, else its code's. */
export function detailOf(
  { code, said, faults }: { code: ErrorCode; said?: Said | null; faults: readonly Fault[] },
  language: Language,
): string {
  const [first] = faults;
  if (said) return sentenceOf(said, language);
  if (!first) return fill(CATALOGUES[language].titles[code][1], {}, language);
  const { field, row } = first;
  const { problem } = faultWords(first, language);
  return row === undefined
    ? sentenceOf({ say: 'first-fault', facts: { field, problem } }, language)
    : sentenceOf({ say: 'first-fault-of-row', facts: { row, field, problem } }, language);
}
