/** Requests in flight at one endpoint, across all processes. */
export const PLACES = 8;

/** First attempts, retries and held deliveries, and replays. */
export type Lane = 'fresh' | 'retry' | 'replay';
export type ByLane = Record<Lane, number>;
export const LANES: readonly Lane[] = ['fresh', 'retry', 'replay'];

const QUOTAS: ByLane = { fresh: 4, retry: 3, replay: 1 };

/** Each lane's share of the places. With fewer places, while recovering, the backlog gets most; at one or two, all. */
export function quotas(places: number): ByLane {
  if (places >= PLACES) return QUOTAS;
  const fresh = Math.floor(places / 4);
  return { fresh, retry: places - fresh, replay: 0 };
}

/** Places a lane may take now: the free ones, less what waiting lanes are entitled to. Unused shares are lent. */
export function roomFor(lane: Lane, places: number, busy: ByLane, waiting: ByLane): number {
  const share = quotas(places);
  const free = places - LANES.reduce((sum, each) => sum + busy[each], 0);
  const kept = LANES.filter((each) => each !== lane).reduce(
    (sum, each) => sum + Math.max(0, Math.min(share[each] - busy[each], waiting[each])),
    0,
  );
  return Math.max(0, free - kept);
}
