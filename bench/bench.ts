import type { Stack, StackOptions } from './stage/stack.ts';

/** One measured figure. `ratio`: its share of a ceiling measured in the same run. */
export type Figure = { line: string; value: number; unit: string; aim?: string; ratio?: number; note?: string };

/** Lines of the table, measured on a stack of their own or without one. `callbacks` names every `callbacks-…`. */
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

/** Three digits: a shared machine allows no more. */
export const round = (value: number): number => Number(value.toPrecision(3));
