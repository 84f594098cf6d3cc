import type { Stack, StackOptions } from './stage/stack.ts';

/** One measured figure. `ratio` is to a ceiling measured in the same run, where the line has one. */
export type Figure = { line: string; value: number; unit: string; aim?: string; ratio?: number; note?: string };

/** A group of lines of the table, measured on a stack of its own, or without one. One of `callbacks-…` is also meant by `callbacks`. */
export type Bench =
  | OnStack
  | { name: string; alone(say: (line: string) => void, options: Partial<StackOptions>): Promise<Figure[]> };
type OnStack = {
  name: string;
  stack: StackOptions;
  measure(stack: Stack, say: (line: string) => void): Promise<Figure[]>;
};

export const median = (values: number[]): number => percentile(values, 0.5);

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** To three digits: what a machine shared with others can say. */
export const round = (value: number): number => Number(value.toPrecision(3));
