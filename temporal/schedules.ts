import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import { CONTROL } from '../domain/task-queues.ts';

export const syncScheduleId = (carrierId: string): string => `sync/${carrierId}`;

/** Creates a schedule, or brings the one that is there up to date. */
async function put(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(options.scheduleId).update((previous) => ({ ...options, state: previous.state }));
  }
}

/** Every minute: finds what a crash left unstarted. */
export const scheduleSweep = (client: Client, everyMs: number): Promise<void> =>
  put(client, {
    scheduleId: 'sweep',
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'sweep',
      workflowId: 'sweep',
      taskQueue: CONTROL,
      args: [],
      workflowRunTimeout: '5 minutes',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  });

/**
 * Nightly, per gateway. Two syncs of one gateway never run beside each other; a night without a server is caught up within a
 * day. `at` is HH:MM in `timeZone`: keep it out of 02:00–03:00, which a clock change skips or repeats.
 */
export const scheduleSync = (
  client: Client,
  carrierId: string,
  { at, timeZone }: { at: string; timeZone: string },
): Promise<void> => {
  const [hour, minute] = at.split(':').map(Number);
  return put(client, {
    scheduleId: syncScheduleId(carrierId),
    spec: { calendars: [{ hour: hour ?? 6, minute: minute ?? 0 }], timezone: timeZone },
    action: {
      type: 'startWorkflow',
      workflowType: 'syncLowcost',
      workflowId: `sync/${carrierId}`,
      taskQueue: CONTROL,
      args: [carrierId],
      workflowRunTimeout: '6 hours',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '24 hours' },
  });
};

export const RENTALS_SCHEDULE = 'rentals';

/** Nightly, an hour before lowcost replies are synced by default: a rental that ends is told, renewed or released. */
export const scheduleRentals = (client: Client, timeZone: string): Promise<void> =>
  put(client, {
    scheduleId: RENTALS_SCHEDULE,
    spec: { calendars: [{ hour: 5, minute: 0 }], timezone: timeZone },
    action: {
      type: 'startWorkflow',
      workflowType: 'renewRentals',
      workflowId: RENTALS_SCHEDULE,
      taskQueue: CONTROL,
      args: [],
      workflowRunTimeout: '6 hours',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '24 hours' },
  });

export const RETENTION_SCHEDULE = 'retention';

/** Nightly, before everything else of the night: what accounts chose not to keep for longer is forgotten. */
export const scheduleRetention = (client: Client, timeZone: string): Promise<void> =>
  put(client, {
    scheduleId: RETENTION_SCHEDULE,
    spec: { calendars: [{ hour: 4, minute: 0 }], timezone: timeZone },
    action: {
      type: 'startWorkflow',
      workflowType: 'forgetOld',
      workflowId: RETENTION_SCHEDULE,
      taskQueue: CONTROL,
      args: [],
      workflowRunTimeout: '20 hours',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '24 hours' },
  });
