import type { ReactNode } from 'react';
import { csvLine } from '../domain/csv-cell.ts';
import { Table, type Column } from './list.tsx';
import { useLocale } from './locale.tsx';
import { Action } from './parts.tsx';

type Series<T> = { name: string; value: (row: T) => number };
export type Charted<T> = {
  title: string;
  rows: T[];
  keyOf: (row: T) => string;
  labelOf: (row: T) => string;
  series: Series<T>[];
  columns: Column<T>[];
  /** Rows that are worth a line of the table; all, where it is left out. */
  inTable?: (row: T) => boolean;
  /** What is to be known of the figures: what was counted, and when. */
  hint?: string;
};

function download(name: string, href: string): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = href;
  link.click();
}

type Props<T> = Charted<T> & { canvas: () => HTMLCanvasElement | null; children: ReactNode };

/** A drawing, the same figures as a table beneath, and both to take along. */
export function ChartFrame<T>({
  title,
  rows,
  keyOf,
  labelOf,
  series,
  columns,
  inTable = () => true,
  hint,
  canvas,
  children,
}: Props<T>) {
  const { say } = useLocale();
  const csv = [
    [title, ...series.map(({ name }) => name)],
    ...rows.map((row) => [labelOf(row), ...series.map(({ value }) => value(row))]),
  ]
    .map(csvLine)
    .join('');
  return (
    <section className="chart-box">
      <h2>{title}</h2>
      {hint === undefined ? null : <p className="hint">{hint}</p>}
      {children}
      <Table label={title} rows={rows.filter(inTable)} keyOf={keyOf} columns={columns} />
      <div className="row start">
        <Action onPress={() => download(`${title}.csv`, `data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${csv}`)}`)}>
          {say('exportCsv')}
        </Action>
        <Action
          onPress={() => {
            const drawn = canvas();
            if (drawn) download(`${title}.png`, drawn.toDataURL('image/png'));
          }}
        >
          {say('exportPng')}
        </Action>
      </div>
    </section>
  );
}
