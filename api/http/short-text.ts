import { countSegments, MAX_SEGMENTS } from '../../domain/sms/segments.ts';
import type { Fault } from '../../domain/problems/errors.ts';
import { textFault } from '../../domain/sms/text-fault.ts';

/** What is wrong with a text that goes out as it is, if anything. */
export function shortTextFault(text: string): Omit<Fault, 'field'> | undefined {
  const fault = textFault(text);
  if (fault) return fault;
  const { segments, encoding } = countSegments(text);
  if (segments <= MAX_SEGMENTS) return undefined;
  return { problem: `takes ${segments} segments in ${encoding}`, remedy: `Shorten it: ${MAX_SEGMENTS} segments at most` };
}
