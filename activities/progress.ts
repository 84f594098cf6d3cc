import { asyncLocalStorage } from '@temporalio/activity';

/** How far an activity is, in numbers. */
type Progress = Record<string, number | null>;

/** Between two pages: says how far this activity is, to who looks at its run and to its next attempt; throws once it is cancelled. */
export function reportProgress(progress: Progress): void {
  const context = asyncLocalStorage.getStore();
  context?.heartbeat(progress);
  context?.cancellationSignal.throwIfAborted();
}

/** The last report of the attempt before this one; null for a first attempt. */
export function progressBefore(): Progress | null {
  const details: Progress | null = asyncLocalStorage.getStore()?.info.heartbeatDetails ?? null;
  return details;
}
