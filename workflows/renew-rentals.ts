import { proxyActivities } from '@temporalio/workflow';
import type { RenewRentals } from '../activities/numbers/renew-rentals.ts';

// Ours and idempotent: try until it is done.
const activities = proxyActivities<RenewRentals>({ startToCloseTimeout: '1 minute', heartbeatTimeout: '10 seconds' });

/** Every night: rentals that end soon are told, those that go on are charged, those that ended are released. */
export async function renewRentals(): Promise<void> {
  while (await activities.renewRentals());
}
