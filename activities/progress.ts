import { asyncLocalStorage } from '@temporalio/activity';

type Progress = Record<string, number | null>;

/** Reports progress to the run and to the next attempt; throws once cancelled. */
export function reportProgress(progress: Progress): void {
  const context = asyncLocalStorage.getStore();
  context?.heartbeat(progress);
  context?.cancellationSignal.throwIfAborted();
}

/** The previous attempt's last report; null for a first attempt. */
export function progressBefore(): Progress | null {
  const details: Progress | null = asyncLocalStorage.getStore()?.info.heartbeatDetails ?? null;
  return details;
}
