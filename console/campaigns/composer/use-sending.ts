import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ask, freshKey, refusalOf, v1 } from '../../api.ts';
import { changeOf } from './draft-model.ts';
import { sendSource } from './recipients-source.ts';
import type { Departure } from './review-send.tsx';
import type { Begun, Writing } from './use-writing.ts';

/** Sends the campaign, or creates a draft and has its list checked. `uploaded`: share of the file sent. */
export function useSending({ body, recipients, form }: Writing, draft: Begun['draft'], keeping: { over: () => Promise<void> }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [uploaded, setUploaded] = useState(0);
  const key = useRef(freshKey());
  const made = useRef({ body: '', id: '' });
  const launch = async (departure: Departure): Promise<string> => {
    const header = { 'idempotency-key': key.current };
    const json = { ...body, recipients, keepRows: true, ...departure };
    const response = await v1.campaigns.$post({ header, json });
    if (response.status === 202) return (await response.json()).id;
    key.current = freshKey();
    throw await refusalOf(response);
  };
  const check = async (): Promise<string> => {
    if (draft) await ask(v1.campaigns[':id'].$patch({ param: { id: draft.campaign.id }, json: changeOf(body) }));
    const written = JSON.stringify(body);
    // After a failed upload the draft exists already.
    if (!draft && made.current.body !== written)
      made.current = { body: written, id: (await ask(v1.campaigns.drafts.$post({ json: body }))).id };
    const of = draft?.campaign.id ?? made.current.id;
    await sendSource(of, { source: form.source, chosen: form.chosen, progress: setUploaded });
    return of;
  };
  const open = (id: string): Promise<void> => navigate({ to: '/campaigns/$id', params: { id } });
  const send = useMutation({
    mutationFn: (departure: Departure | null) => (departure ? launch(departure) : check()),
    onSuccess: async (of) => {
      await keeping.over();
      await queries.invalidateQueries({ queryKey: ['campaigns'] });
      await queries.invalidateQueries({ queryKey: ['campaign', of] });
      await queries.invalidateQueries({ queryKey: ['import', of] });
      await open(of);
    },
  });
  useEffect(() => send.reset(), [form.step]);
  return { send, uploaded, discard: (id: string) => void keeping.over().then(() => open(id)) };
}
export type Sending = ReturnType<typeof useSending>;
