import { useEffect, useState, type ReactNode, type RefObject } from 'react';

/** Extra rows drawn on each side. */
const SPARE = 6;

type Props<T> = {
  scroller: RefObject<HTMLElement | null>;
  rows: readonly T[];
  heightPx: number;
  children: (row: T, index: number) => ReactNode;
  /** Loads more near the end. */
  more: (() => void) | null;
};

/** Virtual rows of equal height. */
export function VirtualRows<T>({ scroller, rows, heightPx, children, more }: Props<T>) {
  const [seen, setSeen] = useState({ from: 0, to: 20 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => {
      const from = Math.max(0, Math.floor(element.scrollTop / heightPx) - SPARE);
      const to = Math.ceil((element.scrollTop + element.clientHeight) / heightPx) + SPARE;
      setSeen((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller, heightPx]);
  const near = seen.to >= rows.length;
  useEffect(() => {
    if (near) more?.();
  }, [near, more]);
  const from = Math.min(seen.from, Math.max(0, rows.length - 1));
  return (
    <div role="presentation" style={{ height: rows.length * heightPx, paddingTop: from * heightPx }}>
      {rows.slice(from, seen.to).map((row, index) => children(row, from + index))}
    </div>
  );
}
