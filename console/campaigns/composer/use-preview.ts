import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useMemo } from 'react';
import { ask, v1 } from '../../api.ts';
import { useSettled } from '../../ui/use-settled.ts';
import { changeOf, type CampaignBody } from './draft-model.ts';
import type { Recipient } from './recipients.ts';

export type Preview = InferResponseType<typeof v1.campaigns.preview.$post, 200>;

/** Rows that a preview reads. */
const PREVIEWED = 1000;
let asked = 0;

/** The plan of the campaign, asked for when typing pauses; `id`: a draft whose list is used. `behind`: the plan is older than the text. */
export function usePreview(body: CampaignBody, recipients: Recipient[], id: string | null) {
  const written = JSON.stringify(body);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- a body that is written the same is the same
  const now = useMemo(() => ({ body, recipients, id }), [written, recipients, id]);
  const settled = useSettled(now);
  // A short key: rows are not compared at each letter.
  const turn = useMemo(() => (settled === null ? 0 : ++asked), [settled]);
  const json = { ...settled.body, name: settled.body.name === '' ? '-' : settled.body.name };
  const enabled = json.text !== '' && (settled.id !== null || settled.recipients.length > 0);
  const query = useQuery<Preview>({
    queryKey: ['preview', turn],
    queryFn: ({ signal }) =>
      settled.id === null
        ? ask(
            v1.campaigns.preview.$post(
              { json: { ...json, recipients: settled.recipients.slice(0, PREVIEWED) } },
              { init: { signal } },
            ),
          )
        : ask(v1.campaigns[':id'].preview.$post({ param: { id: settled.id }, json: changeOf(json) }, { init: { signal } })),
    enabled,
    ...(enabled ? { placeholderData: keepPreviousData } : {}),
    gcTime: 0,
  });
  return { data: query.data, error: query.error, behind: query.isPlaceholderData || query.isFetching || now !== settled };
}
