/** Durations are counted in steps, each 2 % longer than the last. */
export const STEP = 1.02;
/** Largest relative error of a percentile. */
export const WITHIN = 0.01;

/** Counts by step, the logarithm of a duration to base `STEP`; -1 for zero. */
export type Took = Record<string, number>;
export type Percentiles = { count: number; p50: number; p95: number; p99: number };

const msOf = (step: number): number => (step < 0 ? 0 : Math.round(STEP ** (step + 0.5)));

/** Null without counts. */
export function percentilesOf(all: Took[]): Percentiles | null {
  const counts = new Map<number, number>();
  for (const took of all)
    for (const [step, count] of Object.entries(took)) counts.set(Number(step), (counts.get(Number(step)) ?? 0) + count);
  const steps = [...counts].toSorted(([a], [b]) => a - b);
  const count = steps.reduce((sum, [, each]) => sum + each, 0);
  if (count === 0) return null;
  const at = (part: number): number => {
    let passed = 0;
    for (const [step, each] of steps) {
      passed += each;
      if (passed >= part * count) return msOf(step);
    }
    return 0;
  };
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
