/** Requests in flight at one endpoint, across all processes. */
export const PLACES = 8;

/** Who takes a place: a first attempt, a retry or what was held, or what is sent anew because somebody asked. */
export type Lane = 'fresh' | 'retry' | 'replay';
export type ByLane = Record<Lane, number>;
export const LANES: readonly Lane[] = ['fresh', 'retry', 'replay'];

const QUOTAS: ByLane = { fresh: 4, retry: 3, replay: 1 };

/**
 * The share of each lane in so many places. With fewer than all, while an endpoint recovers, it is mostly backlog; at one or
 * two it is backlog only.
 */
export function quotas(places: number): ByLane {
  if (places >= PLACES) return QUOTAS;
  const fresh = Math.floor(places / 4);
  return { fresh, retry: places - fresh, replay: 0 };
}

/** How many a lane may take now: what is free, less what others are entitled to and wait for. A place that nobody waits for is lent. */
export function roomFor(lane: Lane, places: number, busy: ByLane, waiting: ByLane): number {
  const share = quotas(places);
  const free = places - LANES.reduce((sum, each) => sum + busy[each], 0);
  const kept = LANES.filter((each) => each !== lane).reduce(
    (sum, each) => sum + Math.max(0, Math.min(share[each] - busy[each], waiting[each])),
    0,
  );
  return Math.max(0, free - kept);
}
