import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { session } from '../people/session.ts';

/** Queries that may have changed when the account has news. */
const CHANGING = new Set(['conversations', 'inbox-counts', 'thread', 'replies', 'campaigns', 'campaign']);
/** Whether anything was ever sent is asked once: that does not become untrue. */
const isChanging = ({ queryKey }: { queryKey: QueryKey }): boolean => CHANGING.has(String(queryKey[0])) && queryKey[1] !== 'any';
/** Between two streams the browser connects by itself: only what does not come back at once is lost. */
const RETURN_MS = 2500;
/** A browser tells of a connection that is lost; one that is silent for longer than three beats is lost too. */
const SILENCE_MS = 50_000;
/** An answer that takes longer is not waited for. */
const PATIENCE_MS = 5000;

/** Keeps the pages up to date. Answers since when the connection is lost, null while it lives. */
export function useLive(): Date | null {
  const queries = useQueryClient();
  const [lostAt, setLostAt] = useState<Date | null>(null);
  useEffect(() => {
    const lost = (): void => setLostAt((before) => before ?? new Date());
    let refreshing = false;
    let stale = false;
    // One after the other: asking anew gives up what is on its way, and while much arrives nothing would ever be shown.
    const refresh = async (): Promise<void> => {
      stale = true;
      if (refreshing) return;
      refreshing = true;
      while (stale) {
        // A first request under way is not repeated: its answer may be from before the news.
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
          // A session that has ended closes its streams: then nobody is signed in.
          void queries.invalidateQueries({ queryKey: session.queryKey });
          source?.close();
          open();
        }, RETURN_MS);
      });
    }
    // A stream that outlived the cut says nothing of it: a new one tells at once what was missed.
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
