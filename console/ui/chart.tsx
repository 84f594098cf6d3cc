import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { csvLine } from '../../domain/csv-cell.ts';
import { Table, type Column } from './list.tsx';
import { useLocale } from '../i18n/locale.tsx';

type Series<T> = { name: string; value: (row: T) => number };
type Charted<T> = {
  title: string;
  rows: T[];
  keyOf: (row: T) => string;
  labelOf: (row: T) => string;
  series: Series<T>[];
  columns: Column<T>[];
  /** Filters the table's rows. */
  inTable?: (row: T) => boolean;
  hint?: string;
};

const HEIGHT_PX = 220;
const LETTER_PX = 7;
const MOST_LETTERS = 18;
/** Steps of the scale. */
const WHOLES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000, 100_000];
const PARTS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/** A chart's figures as CSV. */
export const csvLines = <T,>({
  title,
  rows,
  labelOf,
  series,
}: Pick<Charted<T>, 'title' | 'rows' | 'labelOf' | 'series'>): string =>
  [[title, ...series.map(({ name }) => name)], ...rows.map((row) => [labelOf(row), ...series.map(({ value }) => value(row))])]
    .map(csvLine)
    .join('');

/** Bars (a second series in the warning colour), with the figures in a folded table. */
export function Chart<T>({ title, rows, keyOf, labelOf, series, columns, inTable = () => true, hint }: Charted<T>) {
  const { say, locale } = useLocale();
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot>(null);
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const theme = window.matchMedia('(prefers-color-scheme: dark)');
    function draw(): void {
      if (!place) return;
      drawn.current?.destroy();
      drawn.current = plot(place, { rows, labelOf, series, locale });
    }
    const resized = new ResizeObserver(() => drawn.current?.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
    draw();
    resized.observe(place);
    theme.addEventListener('change', draw);
    window.addEventListener('appearance', draw);
    return () => {
      theme.removeEventListener('change', draw);
      window.removeEventListener('appearance', draw);
      resized.disconnect();
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [rows, labelOf, series, locale]);
  return (
    <section className="chart-box">
      <h2>{title}</h2>
      {hint === undefined ? null : <p className="hint">{hint}</p>}
      <div ref={box} className="chart" role="img" aria-label={say('chartOf', { title })} />
      <details className="more">
        <summary>{say('seeData')}</summary>
        <Table label={title} rows={rows.filter(inTable)} keyOf={keyOf} columns={columns} />
      </details>
    </section>
  );
}

type Plotted<T> = Pick<Charted<T>, 'rows' | 'labelOf' | 'series'> & { locale: string };

function plot<T>(place: HTMLDivElement, { rows, labelOf, series, locale }: Plotted<T>): UPlot {
  const { color, caretColor, borderTopColor, textDecorationColor } = getComputedStyle(place);
  const numbers = new Intl.NumberFormat(locale);
  // Counts have no decimals; seconds do.
  const parts = rows.some((row) => series.some(({ value }) => !Number.isInteger(value(row))));
  const widest = Math.max(...rows.map((row) => labelOf(row).length), 0);
  const bars = UPlot.paths.bars?.({ size: [0.6, 60], radius: 0.1 });
  const axis = {
    font: "12px 'Inter Variable', sans-serif",
    stroke: textDecorationColor,
    grid: { stroke: borderTopColor, width: 1 },
    ticks: { show: false },
  };
  return new UPlot(
    {
      width: place.clientWidth,
      height: HEIGHT_PX,
      cursor: { show: false },
      legend: { show: series.length > 1, live: false },
      scales: {
        x: { time: false, range: [-0.7, Math.max(0.7, rows.length - 0.3)] },
        y: { range: (_, __, most) => [0, parts && most > 0 ? most : Math.max(1, most)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          // Labels do not overlap.
          space: Math.max(50, Math.min(MOST_LETTERS, widest) * LETTER_PX + 12),
          incrs: [1, 2, 5, 7, 14, 30, 60],
          values: (_, at) => at.map((index) => shorten(rows[index], labelOf)),
        },
        {
          ...axis,
          size: 60,
          incrs: parts ? [...PARTS, ...WHOLES] : WHOLES,
          values: (_, at) => at.map((value) => numbers.format(value)),
        },
      ],
      series: [
        {},
        ...series.map(({ name }, index) => ({
          label: name,
          stroke: index === 0 ? color : caretColor,
          fill: index === 0 ? color : caretColor,
          points: { show: false },
          ...(bars ? { paths: bars } : {}),
        })),
      ],
    },
    // Null draws no line for zero.
    [rows.map((_, index) => index), ...series.map(({ value }) => rows.map((row) => value(row) || null))],
    place,
  );
}

function shorten<T>(row: T | undefined, labelOf: (row: T) => string): string {
  const label = row === undefined ? '' : labelOf(row);
  return label.length > MOST_LETTERS ? `${label.slice(0, MOST_LETTERS - 1)}…` : label;
}
