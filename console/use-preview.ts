import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useEffect, useState } from 'react';
import { ask, v1 } from './api.ts';
import type { CampaignBody } from './composing.ts';
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

/** What the campaign would be, by the very plan that sends it. Nothing as long as there is no text, or nobody to read it. */
export function usePreview(body: CampaignBody | null, recipients: Recipient[]) {
  const asked = body !== null && body.text !== '' && recipients.length > 0 ? { ...body, recipients } : null;
  const settled = useSettled(asked);
  return useQuery({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => {
      if (settled === null) throw new Error('There is nothing to preview');
      const json = { ...settled, name: settled.name === '' ? '-' : settled.name };
      return ask(v1.campaigns.preview.$post({ json }, { init: { signal } }));
    },
    enabled: settled !== null,
    ...(settled === null ? {} : { placeholderData: keepPreviousData }),
    gcTime: 0,
  });
}
