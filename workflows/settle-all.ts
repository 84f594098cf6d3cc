import { ApplicationFailure, isCancellation, patched } from '@temporalio/workflow';

/** Waits until every step has ended, then fails with the names of those given up. */
export async function settleAll(steps: Record<string, Promise<unknown> | undefined>): Promise<void> {
  const begun = Object.entries(steps).flatMap(([name, step]) => (step === undefined ? [] : [{ name, step }]));
  const ends = await Promise.allSettled(begun.map(({ step }) => step));
  const lost = ends.flatMap((end, at) => (end.status === 'rejected' ? [{ name: begun[at]?.name, reason: end.reason }] : []));
  const [first] = lost;
  // `patched` only on failure, so that runs without one write nothing more; older runs completed.
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
