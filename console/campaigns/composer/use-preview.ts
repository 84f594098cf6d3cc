import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useEffect, useState } from 'react';
import { ask, v1 } from '../../api.ts';
import { changeOf, type CampaignBody } from './draft-model.ts';
import type { Recipient } from './recipients.ts';

export type Preview = InferResponseType<typeof v1.campaigns.preview.$post, 200>;

/** How long nobody types before the preview is asked for. */
const SETTLED_MS = 350;

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_MS);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the same by value is the same
  }, [key]);
  return settled;
}

const named = <T extends { name: string }>(written: T): T => ({ ...written, name: written.name === '' ? '-' : written.name });

/** Asked once nobody types any more; null asks nothing. `behind`: what there is is of what was written before. */
function useAsked<T>(asked: T | null, preview: (settled: T, signal: AbortSignal) => Promise<Preview>) {
  const settled = useSettled(asked);
  const query = useQuery<Preview>({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => {
      if (settled === null) throw new Error('There is nothing to preview');
      return preview(settled, signal);
    },
    enabled: settled !== null,
    ...(settled === null ? {} : { placeholderData: keepPreviousData }),
    gcTime: 0,
  });
  return { ...query, behind: query.isPlaceholderData || JSON.stringify(asked) !== JSON.stringify(settled) };
}

/** What the campaign would be, by the very plan that sends it. Nothing as long as there is no text, or nobody to read it. */
export function usePreview(body: CampaignBody, recipients: Recipient[]) {
  const asked = body.text !== '' && recipients.length > 0 ? { ...body, recipients } : null;
  return useAsked(asked, (settled, signal) => ask(v1.campaigns.preview.$post({ json: named(settled) }, { init: { signal } })));
}

/** What a draft would be after a change, over the first rows of its list. */
export function useDraftPreview(id: string, body: CampaignBody, listed: boolean) {
  const asked = body.text !== '' && listed ? { id, change: changeOf(body) } : null;
  return useAsked(asked, ({ change }, signal) =>
    ask(v1.campaigns[':id'].preview.$post({ param: { id }, json: named(change) }, { init: { signal } })),
  );
}
