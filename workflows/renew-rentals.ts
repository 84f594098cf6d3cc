import { proxyActivities } from '@temporalio/workflow';
import type { RenewRentals } from '../activities/numbers/renew-rentals.ts';

// Idempotent: retry until done.
const activities = proxyActivities<RenewRentals>({ startToCloseTimeout: '1 minute', heartbeatTimeout: '10 seconds' });

/** Nightly: announces, renews and ends rentals. */
export async function renewRentals(): Promise<void> {
  while (await activities.renewRentals());
}
