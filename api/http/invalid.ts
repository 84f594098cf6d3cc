import type { Context } from 'hono';
import type { ZodError, core } from 'zod';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { flaw, isFaultCode, type Facts, type Fault, type Flaw } from '../../domain/problems/said.ts';

/** `recipients[3].to`, `emails[0].address`. */
const fieldOf = (path: PropertyKey[], fallback: string): string =>
  path.reduce<string>((field, part) => {
    if (typeof part === 'number') return `${field}[${part}]`;
    return field === '' ? String(part) : `${field}.${String(part)}`;
  }, '') || fallback;

const FORMATS = new Set(['datetime', 'uuid', 'email', 'url']);

function tooSmall({ origin, minimum }: core.$ZodIssueTooSmall): Flaw {
  if (origin === 'array') return minimum === 1 ? flaw('no-items') : flaw('too-few', { n: Number(minimum) });
  if (origin === 'string') return minimum === 1 ? flaw('empty') : flaw('too-short', { n: Number(minimum) });
  return flaw('too-low', { n: String(minimum) });
}

function tooBig({ origin, maximum }: core.$ZodIssueTooBig): Flaw {
  if (origin === 'array') return flaw('too-many', { n: Number(maximum) });
  if (origin === 'string') return flaw('too-long', { n: Number(maximum) });
  return flaw('too-high', { n: String(maximum) });
}

/** Our schemas use fault codes as messages, with facts in `params`. */
function say(issue: core.$ZodIssue): Flaw {
  if (isFaultCode(issue.message)) {
    const facts = 'params' in issue && issue.params ? factsOf(issue.params) : undefined;
    return { code: issue.message, ...(facts ? { facts } : {}) };
  }
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? flaw('missing', { expected: issue.expected })
        : flaw('wrong-type', { expected: issue.expected });
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'invalid_value':
      return flaw('not-a-choice', { values: issue.values.map(String) });
    case 'invalid_format':
      return { code: FORMATS.has(issue.format) && isFaultCode(issue.format) ? issue.format : 'form' };
    case 'unrecognized_keys':
      return flaw('unknown-field');
    case 'custom':
    case 'not_multiple_of':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
      return flaw('refused');
    default:
      return issue satisfies never;
  }
}

const factsOf = (params: Record<string, unknown>): Facts =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));

/** One fault for each refused value; `at` prefixes their paths. */
export function faultsOf(error: ZodError, at = ''): Fault[] {
  return error.issues.flatMap((issue) => {
    const path = at === '' ? issue.path : [at, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: fieldOf([...path, key], key), ...say(issue) }));
    }
    return [{ field: fieldOf(path, 'body'), ...say(issue) }];
  });
}

type Result = { target: string; success: boolean; error?: ZodError };

/** Every route's hook. A malformed id in a path is 404. */
export function invalid(result: Result, _c: Context): undefined {
  if (!result.error) return undefined;
  if (result.target === 'param') throw new AppError('not-found');
  throw invalidRequest(...faultsOf(result.error));
}
