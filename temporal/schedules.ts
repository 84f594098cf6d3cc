import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import { CONTROL } from '../domain/task-queues.ts';

export const syncScheduleId = (carrierId: string): string => `sync/${carrierId}`;

async function put(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(options.scheduleId).update((previous) => ({ ...options, state: previous.state }));
  }
}

/** Starts what a crash left unstarted. */
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

/** A nightly schedule: no overlap, and a night without a server is caught up within a day. */
const putNightly = (client: Client, { id, hour, minute = 0, timeZone, ...action }: Nightly): Promise<void> =>
  put(client, {
    scheduleId: id,
    spec: { calendars: [{ hour, minute }], timezone: timeZone },
    action: { type: 'startWorkflow', workflowId: id, taskQueue: CONTROL, args: [], ...action },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '24 hours' },
  });
type Nightly = {
  id: string;
  hour: number;
  minute?: number;
  timeZone: string;
  workflowType: 'syncLowcost' | 'renewRentals' | 'forgetOld';
  args?: [string];
  workflowRunTimeout: '6 hours' | '20 hours';
};

/** Syncs a gateway. `at` is HH:MM in `timeZone`, outside 02:00–03:00, which a clock change skips or repeats. */
export const scheduleSync = (
  client: Client,
  carrierId: string,
  { at, timeZone }: { at: string; timeZone: string },
): Promise<void> => {
  const [hour = 6, minute = 0] = at.split(':').map(Number);
  return putNightly(client, {
    id: syncScheduleId(carrierId),
    hour,
    minute,
    timeZone,
    workflowType: 'syncLowcost',
    args: [carrierId],
    workflowRunTimeout: '6 hours',
  });
};

export const RENTALS_SCHEDULE = 'rentals';

/** An hour before the default sync. */
export const scheduleRentals = (client: Client, timeZone: string): Promise<void> =>
  putNightly(client, { id: RENTALS_SCHEDULE, hour: 5, timeZone, workflowType: 'renewRentals', workflowRunTimeout: '6 hours' });

export const RETENTION_SCHEDULE = 'retention';

/** The first of the night. */
export const scheduleRetention = (client: Client, timeZone: string): Promise<void> =>
  putNightly(client, { id: RETENTION_SCHEDULE, hour: 4, timeZone, workflowType: 'forgetOld', workflowRunTimeout: '20 hours' });
