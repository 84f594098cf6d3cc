import { countSegments, MAX_SEGMENTS } from '../../domain/sms/segments.ts';
import { flaw, type Flaw } from '../../domain/problems/said.ts';
import { textFault } from '../../domain/sms/text-fault.ts';

/** The fault of a text without merge tags. */
export function shortTextFault(text: string): Flaw | undefined {
  const fault = textFault(text);
  if (fault) return fault;
  const { segments, encoding } = countSegments(text);
  return segments <= MAX_SEGMENTS ? undefined : flaw('text-too-long', { n: segments, encoding, most: MAX_SEGMENTS });
}
