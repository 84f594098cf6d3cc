import type { AppError } from '../../../domain/problems/errors.ts';
import type { ErrorCode } from '../../../domain/problems/said.ts';
import type { ForeignRefusal } from '../accept-foreign-send.ts';

/** Meaning of each code in Octopush's documentation. */
export const MEANINGS = {
  100: 'No parameters were sent.',
  101: 'The login details are incorrect.',
  104: 'There is not enough credit.',
  106: 'The sender is incorrect: 3 to 11 letters and digits, or a number that you rent.',
  107: 'The text of the message is missing.',
  108: 'The login is missing.',
  109: 'The key is missing.',
  110: 'The recipients are missing.',
  112: 'The type of SMS is missing or unknown.',
  115: 'A list has another number of values than there are recipients.',
  117: 'The list of recipients has no correct number.',
  119: 'The text is too long for this type of SMS.',
  120: 'This request_id was used before.',
  121: 'The text must say how to stop it: STOP au XXXXX.',
  122: 'The text must say how to stop it: no PUB=STOP.',
  123: 'The field request_sha1 is missing.',
  124: 'The field request_sha1 does not match.',
  125: 'The request was refused.',
  131: 'There is no such campaign, or it can no longer be changed.',
  150: 'No country was found for this prefix.',
  151: 'This country is not served.',
  152: 'No low cost SMS can be sent to this country.',
  181: 'The phone number is incorrect.',
  182: 'This request_id was used within 24 hours.',
  189: 'The text is too long.',
  201: 'Replies are available on request: ask your operator for two-way SMS.',
  202: 'The e-mail address is incorrect.',
  207: 'You have no access to this feature.',
  303: 'There is no such list.',
  305: 'There are too many recipients in the request.',
  500: 'The requested action is impossible.',
} as const;
export type OctopushCode = keyof typeof MEANINGS;

const CODES: Record<ForeignRefusal, readonly [v0: OctopushCode, v2: OctopushCode]> = {
  'two-way-off': [201, 201],
  'no-credit': [104, 104],
  sender: [106, 106],
  'text-missing': [107, 107],
  'text-too-long': [119, 189],
  'stop-missing': [121, 121],
  'request-repeated': [120, 182],
  'no-good-number': [117, 181],
  'bad-number': [150, 181],
  'not-served': [151, 151],
  'no-lowcost': [152, 152],
  undefined: [125, 125],
};

export const codeOf = (refused: ForeignRefusal, generation: 'v0' | 'v2', route: 'premium' | 'lowcost'): OctopushCode =>
  refused === 'stop-missing' && route === 'lowcost' ? 122 : CODES[refused][generation === 'v0' ? 0 : 1];

type Status = 400 | 401 | 403 | 404 | 413 | 429 | 500 | 503;

export class OctopushError extends Error {
  readonly code: OctopushCode;
  readonly status: Status;

  constructor(code: OctopushCode, detail: string = MEANINGS[code], status: Status = 400) {
    super(detail);
    this.name = 'OctopushError';
    this.code = code;
    this.status = status;
  }
}

/** Octopush code and V2 status for our other refusals. */
const OURS: Partial<Record<ErrorCode, readonly [OctopushCode, Status]>> = {
  unauthenticated: [101, 401],
  forbidden: [207, 403],
  'two-way-off': [201, 400],
  'spend-limit': [104, 400],
  'not-found': [500, 404],
  'body-too-large': [500, 413],
  'too-many-attempts': [125, 429],
  'too-many-requests': [125, 429],
  'too-many-at-once': [125, 429],
  'try-later': [125, 503],
  internal: [125, 500],
};

export function octopushError(error: AppError): OctopushError {
  const [code, status] = OURS[error.code] ?? [125, 400];
  return new OctopushError(code, code === 125 ? error.message : MEANINGS[code], status);
}
