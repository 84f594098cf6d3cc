import type { LucideIcon } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import type { Pages } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Empty, Problem, Skeleton, type Tone } from './components.tsx';
import { useLongRows } from './tables/long-rows.ts';
import './list.css';

/** `long`: breaks long words. `shown`: true by default. */
export type Column<T> = { name: string; cell: (row: T) => ReactNode; figure?: boolean; long?: boolean; shown?: boolean };

/** Marked rows. */
type Marks = { chosen: ReadonlySet<string>; choose: (chosen: ReadonlySet<string>) => void };

/** `open`: click on a row. */
type TableProps<T> = {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  open?: ((row: T) => void) | undefined;
  marks?: Marks | undefined;
};

/** Too many columns for a phone; figures are narrow. */
const isWide = (columns: { figure?: boolean }[]): boolean =>
  columns.length > 3 || columns.filter(({ figure }) => !figure).length > 2;

/** Not a click on a control, nor the end of a text selection. */
const isOnRow = (target: EventTarget): boolean =>
  !(target instanceof Element && target.closest('a, button, input, label')) && window.getSelection()?.isCollapsed !== false;

/** Scrolls sideways when too wide, also by keyboard; on a phone wide rows become cards. Long tables draw only visible rows. */
export function Table<T>({ label, columns: all, rows, keyOf, open, marks }: TableProps<T>) {
  const columns = all.filter((column) => column.shown !== false);
  const body = useRef<HTMLTableSectionElement>(null);
  const { places, before, after, measure } = useLongRows(body, rows.length);
  return (
    <div className="wide" tabIndex={0} role="region" aria-label={label}>
      <table aria-label={label} aria-rowcount={rows.length + 1} className={isWide(columns) ? 'stacked' : undefined}>
        <thead>
          <tr>
            {marks ? <MarkAll marks={marks} ids={rows.map(keyOf)} /> : null}
            {columns.map(({ name, figure }) => (
              <th key={name} scope="col" className={figure ? 'figure' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} className={open ? 'opens' : undefined}>
          <Gap px={before} />
          {places.map((place) => {
            const row = rows[place];
            return row === undefined ? null : (
              <tr
                key={keyOf(row)}
                ref={measure}
                data-index={place}
                aria-rowindex={place + 2}
                onClick={open ? (event) => isOnRow(event.target) && open(row) : undefined}
              >
                {marks ? <MarkOne marks={marks} id={keyOf(row)} /> : null}
                {columns.map(({ name, cell, figure, long }) => (
                  <td key={name} data-name={name} className={figure ? 'figure' : long ? 'long' : undefined}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap px={after} />
        </tbody>
      </table>
    </div>
  );
}

/** Height of rows not drawn. */
const Gap = ({ px }: { px: number }) => (px > 0 ? <tr aria-hidden="true" className="gap" style={{ height: px }} /> : null);

function MarkAll({ marks: { chosen, choose }, ids }: { marks: Marks; ids: string[] }) {
  const { say } = useLocale();
  const all = ids.every((id) => chosen.has(id));
  return (
    <th scope="col" className="mark">
      <input type="checkbox" aria-label={say('markAll')} checked={all} onChange={() => choose(new Set(all ? [] : ids))} />
    </th>
  );
}

function MarkOne({ marks: { chosen, choose }, id }: { marks: Marks; id: string }) {
  const { say } = useLocale();
  return (
    <td className="mark">
      <input
        type="checkbox"
        aria-label={say('markRow')}
        checked={chosen.has(id)}
        onChange={() => choose(chosen.symmetricDifference(new Set([id])))}
      />
    </td>
  );
}

type ListProps<T> = Omit<TableProps<T>, 'rows'> & {
  found: Pages<T>;
  empty: { title: string; hint: string; icon?: LucideIcon; next?: ReactNode };
};

/** A paged table with its loading, error and empty states. */
export function List<T>({ found, empty, ...table }: ListProps<T>) {
  const { say } = useLocale();
  const { items, error, refetch, more } = found;
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (!items) return <Skeleton />;
  if (items.length === 0) {
    return (
      <Empty title={empty.title} hint={empty.hint} {...(empty.icon ? { icon: empty.icon } : {})}>
        {empty.next}
      </Empty>
    );
  }
  return (
    <>
      <Table {...table} rows={items} />
      {more ? <Action onPress={() => void more()}>{say('more')}</Action> : null}
    </>
  );
}

/** Name and value pairs, without empty values. */
export const Facts = ({ facts }: { facts: (readonly [name: string, value: ReactNode])[] }) => (
  <dl className="facts">
    {facts
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);

/** A key figure. */
export const Tile = ({ name, value, hint, tone }: { name: ReactNode; value: ReactNode; hint?: ReactNode; tone?: Tone }) => (
  <div>
    <dt>{name}</dt>
    <dd className={tone === undefined ? '' : `tone ${tone}`}>
      {value} {hint === undefined ? null : <small>{hint}</small>}
    </dd>
  </div>
);

/** Renders data once loaded. */
export function Loaded<T>({
  of,
  children,
}: {
  of: { data: T | undefined; error: unknown; refetch: () => unknown };
  children: (data: T) => ReactNode;
}) {
  if (of.error) return <Problem error={of.error} retry={() => void of.refetch()} />;
  return of.data === undefined ? <Skeleton /> : children(of.data);
}

function When({ at, short }: { at: string; short: boolean }) {
  const { time, shortTime } = useLocale();
  return (
    <time dateTime={at} {...(short ? { title: time(at) } : {})}>
      {short ? shortTime(at) : time(at)}
    </time>
  );
}

/** A local time; nothing for null. */
export const when = (at: string | null | undefined): ReactNode => (at ? <When at={at} short={false} /> : null);
/** Short form; the full time is the tooltip. */
export const whenShort = (at: string | null | undefined): ReactNode => (at ? <When at={at} short /> : null);
