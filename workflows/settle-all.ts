import { ApplicationFailure, isCancellation, patched } from '@temporalio/workflow';

/** Waits until every step has ended, whatever becomes of the others; then fails by the names of those that were given up. */
export async function settleAll(steps: Record<string, Promise<unknown> | undefined>): Promise<void> {
  const begun = Object.entries(steps).flatMap(([name, step]) => (step === undefined ? [] : [{ name, step }]));
  const ends = await Promise.allSettled(begun.map(({ step }) => step));
  const lost = ends.flatMap((end, at) => (end.status === 'rejected' ? [{ name: begun[at]?.name, reason: end.reason }] : []));
  const [first] = lost;
  // Looked at only here, so that a run without trouble has nothing more to write down; earlier ones ended as completed.
  if (first === undefined || !patched('fail-by-name')) return;
  const cancelled = lost.find(({ reason }) => isCancellation(reason));
  if (cancelled) throw cancelled.reason;
  throw ApplicationFailure.create({
    type: 'GivenUp',
    message: `Given up: ${lost.map(({ name }) => name).join(', ')}`,
    nonRetryable: true,
    cause: first.reason,
  });
}
