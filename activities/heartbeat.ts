import { Context } from '@temporalio/activity';

/** Beats every 3 s while `work` goes on, so that a killed worker is noticed in 10 s and not at the end of the whole timeout. */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), 3000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
