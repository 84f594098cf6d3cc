import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { session } from '../people/session.ts';

/** Queries refreshed by account news. */
const CHANGING = new Set(['conversations', 'inbox-counts', 'thread', 'replies', 'campaigns', 'campaign']);
/** "Anything ever sent" never becomes false. */
const isChanging = ({ queryKey }: { queryKey: QueryKey }): boolean => CHANGING.has(String(queryKey[0])) && queryKey[1] !== 'any';
/** Browsers reconnect by themselves within this time. */
const RETURN_MS = 2500;
/** Three missed heartbeats mean a lost connection. */
const SILENCE_MS = 50_000;
/** Longest wait for one refresh. */
const PATIENCE_MS = 5000;

/** Refreshes pages by server events. Returns since when the connection is lost; null while it works. */
export function useLive(): Date | null {
  const queries = useQueryClient();
  const [lostAt, setLostAt] = useState<Date | null>(null);
  useEffect(() => {
    const lost = (): void => setLostAt((before) => before ?? new Date());
    let refreshing = false;
    let stale = false;
    // In sequence: a new request cancels the one under way, and a stream of news would show nothing.
    const refresh = async (): Promise<void> => {
      stale = true;
      if (refreshing) return;
      refreshing = true;
      while (stale) {
        // A first load is not restarted, so it may predate the news: refresh again after it.
        const begun = queries.getQueryCache().findAll({ predicate: isChanging, fetchStatus: 'fetching' });
        stale = begun.some(({ state }) => state.data === undefined);
        const asked = queries.invalidateQueries({ predicate: isChanging });
        await Promise.race([asked, new Promise((resolve) => window.setTimeout(resolve, PATIENCE_MS))]);
      }
      refreshing = false;
    };
    let source: EventSource | undefined;
    let again: number | undefined;
    let silent: number | undefined;
    const heard = (): void => {
      window.clearTimeout(silent);
      silent = window.setTimeout(() => {
        lost();
        found();
      }, SILENCE_MS);
    };
    function open(): void {
      heard();
      source = new EventSource('/v1/stream');
      source.addEventListener('open', () => {
        heard();
        setLostAt(null);
        void refresh();
      });
      source.addEventListener('here', heard);
      source.addEventListener('news', () => {
        heard();
        void refresh();
      });
      source.addEventListener('error', () => {
        again ??= window.setTimeout(() => {
          again = undefined;
          if (source?.readyState === EventSource.OPEN) return;
          lost();
          // An ended session closes its streams.
          void queries.invalidateQueries({ queryKey: session.queryKey });
          source?.close();
          open();
        }, RETURN_MS);
      });
    }
    // After a reconnect only a new stream reports what was missed.
    function found(): void {
      source?.close();
      open();
    }
    open();
    window.addEventListener('offline', lost);
    window.addEventListener('online', found);
    return () => {
      source?.close();
      window.clearTimeout(again);
      window.clearTimeout(silent);
      window.removeEventListener('offline', lost);
      window.removeEventListener('online', found);
    };
  }, [queries]);
  return lostAt;
}
