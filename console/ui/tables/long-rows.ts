import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useState, type RefObject } from 'react';

/** Up to this all rows are drawn. */
const FEW = 60;
const ROW_PX = 37;

function scrollerOf(element: HTMLElement | null): HTMLElement | null {
  for (let at = element?.parentElement ?? null; at; at = at.parentElement)
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && !at.matches('.wide')) return at;
  return null;
}

/** Virtual rows of any height: visible indexes, and space above and below. */
export function useLongRows(body: RefObject<HTMLElement | null>, count: number) {
  const long = count > FEW;
  const [above, setAbove] = useState(0);
  const virtual = useVirtualizer({
    count,
    enabled: long,
    getScrollElement: () => scrollerOf(body.current),
    estimateSize: () => ROW_PX,
    overscan: 15,
    scrollMargin: above,
    initialRect: { width: 0, height: 1000 },
  });
  useLayoutEffect(() => {
    const scroller = scrollerOf(body.current);
    if (!long || !scroller || !body.current) return;
    setAbove(body.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop);
  }, [body, long, count]);
  if (!long) return { places: Array.from({ length: count }, (_, place) => place), before: 0, after: 0, measure: undefined };
  const seen = virtual.getVirtualItems();
  return {
    places: seen.map(({ index }) => index),
    before: (seen[0]?.start ?? above) - above,
    after: virtual.getTotalSize() - ((seen.at(-1)?.end ?? above) - above),
    measure: virtual.measureElement,
  };
}
