import type { Context } from 'hono';
import type { ZodError, core } from 'zod';
import { AppError, type Fault } from '../../domain/problems/errors.ts';

const TIMES: Record<string, string> = {
  datetime: 'Write a time as ISO 8601 with its offset, such as 2026-11-23T09:00:00+01:00',
  uuid: 'Send the id as this API gave it',
  email: 'Send an e-mail address',
  url: 'Send an absolute URL',
};

/** `recipients[3].to`, `emails[0].address`. */
const fieldOf = (path: PropertyKey[], fallback: string): string =>
  path.reduce<string>((field, part) => {
    if (typeof part === 'number') return `${field}[${part}]`;
    return field === '' ? String(part) : `${field}.${String(part)}`;
  }, '') || fallback;

const unit = (origin: string): string => (origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '');

type Said = Pick<Fault, 'problem' | 'remedy'>;

/** Custom messages in our schemas are written as remedies. */
function say(issue: core.$ZodIssue): Said {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.endsWith('received undefined'))
        return { problem: 'is missing', remedy: `Send a value: ${issue.expected}` };
      return { problem: `is not of type ${issue.expected}`, remedy: `Send a value of type ${issue.expected}` };
    case 'too_small':
      if (issue.origin === 'array' && issue.minimum === 1) return { problem: 'is empty', remedy: 'Send at least one item' };
      if (issue.origin === 'string' && issue.minimum === 1) return { problem: 'is empty', remedy: 'Send at least one character' };
      return { problem: 'is too small', remedy: `Send at least ${issue.minimum}${unit(issue.origin)}` };
    case 'too_big':
      return { problem: 'is too large', remedy: `Send at most ${issue.maximum}${unit(issue.origin)}` };
    case 'invalid_value':
      return { problem: 'is not one of the values allowed', remedy: `Send one of: ${issue.values.map(String).join(', ')}` };
    case 'invalid_format': {
      const remedy = TIMES[issue.format] ?? (issue.message.startsWith('Invalid') ? 'See /docs for its form' : issue.message);
      return { problem: 'has a form that is not accepted', remedy };
    }
    case 'unrecognized_keys':
      return { problem: 'is not known here', remedy: 'Remove it, or check its spelling' };
    case 'custom':
    case 'not_multiple_of':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
      return { problem: 'is not accepted', remedy: issue.message };
    default:
      return issue satisfies never;
  }
}

/** One fault for each thing a schema refused. `at` is a field's name in front of each path. */
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

/** Every route's hook. An id in a path that is no id names nothing: 404. */
export function invalid(result: Result, _c: Context): undefined {
  if (!result.error) return undefined;
  if (result.target === 'param') throw new AppError('not-found', 'There is nothing by that id in this account.');
  throw new AppError(
    'invalid-request',
    `The ${result.target === 'json' ? 'body' : result.target} is not valid.`,
    faultsOf(result.error),
  );
}
