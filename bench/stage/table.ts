import { median, round, type Figure } from '../bench.ts';

export type Line = Figure & { bench: string };

/** Medians of several runs, line by line; notes are those of the middle run. */
export function medians(runs: Figure[][]): Figure[] {
  const [first = []] = runs;
  return first.map(({ line }) => {
    const all = runs.flatMap((run) => run.find((figure) => figure.line === line) ?? []);
    const middle = round(median(all.map(({ value }) => value)));
    const [figure] = all.toSorted((a, b) => Math.abs(a.value - middle) - Math.abs(b.value - middle));
    if (!figure) throw new Error(`No run measured ${line}`);
    const values = all.map(({ value }) => value);
    const spread = all.length > 1 ? `${Math.min(...values)}–${Math.max(...values)}` : '';
    return { ...figure, value: middle, note: [spread, figure.note].filter(Boolean).join('; ') };
  });
}

/** The figures in columns, another commit's beside them. */
export function table(figures: Line[], before: Line[] | null = null): string {
  const cells = figures.map(({ line, value, unit, aim = '', ratio, note = '' }) => {
    const old = before?.find((figure) => figure.line === line);
    const compared = old ? [old.value.toLocaleString('en'), `× ${(value / old.value).toFixed(2)}`] : ['', ''];
    const measured = `${value.toLocaleString('en')} ${unit}`;
    return [line, measured, ...(before ? compared : []), aim, ratio === undefined ? '' : `${Math.round(ratio * 100)} %`, note];
  });
  const rows = [['line', 'measured', ...(before ? ['before', ''] : []), 'aim', 'of the ceiling', ''], ...cells];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
