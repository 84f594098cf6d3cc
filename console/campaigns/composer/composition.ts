import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { ask, isRecord, textOf, v1 } from '../../api.ts';
import { useSettled } from '../../ui/use-settled.ts';
import { NOTHING_YET, type Composed } from './draft-model.ts';
import { fileAgain } from './kept-file.ts';
import { readBeginning, type Columns } from './recipients.ts';
import { NO_RECIPIENTS, type Source } from './recipients-source.ts';

export const STEPS = ['message', 'recipients', 'options', 'review'] as const;
export type Step = (typeof STEPS)[number];
/** The composition and its step. `lost`: name of a file to choose again. */
export type Form = { step: Step; composed: Composed; source: Source; chosen: Partial<Columns>; lost?: string | undefined };

/** Idle time before saving. */
const KEPT_AFTER_MS = 700;

/** The form as the server stores it, without pasted or file recipients. */
function written({ step, composed, source, chosen, lost }: Form): string {
  const own = source.kind === 'file' ? { kind: 'file', name: source.file.name, keepAs: source.keepAs } : source;
  return JSON.stringify({ step, composed, chosen, lost, source: source.kind === 'typed' ? { kind: 'typed' } : own });
}
function pastedIn(source: Source): string | null {
  if (source.kind === 'typed') return source.text;
  return source.kind === 'file' ? source.kept : null;
}

type Kept = { form: Record<string, unknown>; recipients: string | null };

export async function formOf({ form, recipients }: Kept): Promise<Form> {
  const { composed, source, chosen, step, lost } = form;
  const { to, reference } = isRecord(chosen) ? chosen : {};
  const name = isRecord(source) && source['kind'] === 'file' ? textOf(source['name']) : textOf(lost);
  const gone = name !== '' && recipients === null;
  return {
    step: STEPS.find((each) => each === step) ?? 'message',
    composed: Object.assign({ ...NOTHING_YET }, isRecord(composed) ? composed : {}),
    chosen: {
      ...(to === undefined ? {} : { to: textOf(to) }),
      ...(reference === undefined ? {} : { reference: textOf(reference) }),
    },
    source: isRecord(source) && !gone ? await sourceOf(source, recipients ?? '') : NO_RECIPIENTS,
    ...(gone ? { lost: name } : {}),
  };
}

async function sourceOf(kept: Record<string, unknown>, text: string): Promise<Source> {
  switch (kept['kind']) {
    case 'file': {
      const file = await fileAgain(text, textOf(kept['name']));
      return { kind: 'file', file, kept: text, beginning: await readBeginning(file), keepAs: textOf(kept['keepAs']) };
    }
    case 'list':
      return { kind: 'list', id: textOf(kept['id']) };
    case 'contacts':
      return { kind: 'contacts', tag: textOf(kept['tag']) };
    case 'kept':
      return { kind: 'kept' };
    default:
      return { kind: 'typed', text };
  }
}

type Keeping = { id: string | null; campaign: string | null; form: Form; began: (id: string) => void };
/** Limit of `keepalive` requests, in letters. */
const MOST_LEFT = 40_000;

/** Saves soon after each change and when the page is left. `over`: deletes the saved composition. */
export function useKeeping({ id: first, campaign, form, began }: Keeping) {
  const queries = useQueryClient();
  const id = useRef(first);
  const text = pastedIn(form.source);
  const name = form.composed.name.trim();
  const asked = written(form);
  const now = useMemo(() => ({ name, asked, text }), [name, asked, text]);
  const settled = useSettled(now, KEPT_AFTER_MS);
  const kept = useRef<typeof now | null>(now);
  const latest = useRef(now);
  const here = useRef(true);
  const keep = useMutation({
    // In sequence: the first save creates it.
    scope: { id: 'composition' },
    mutationFn: async (next: typeof now) => {
      const before = kept.current;
      if (before === null || before === next) return;
      const form: Record<string, unknown> = JSON.parse(next.asked);
      const pasted = next.text === before.text && id.current !== null ? {} : { recipients: next.text };
      const json = { name: next.name, form, ...pasted };
      const init = { init: { keepalive: !here.current && (pasted.recipients?.length ?? 0) < MOST_LEFT } };
      if (id.current === null) {
        const begun = { ...json, ...(campaign === null ? {} : { campaign }) };
        id.current = (await ask(v1.compositions.$post({ json: begun }, init))).id;
        if (here.current) began(id.current);
      } else await ask(v1.compositions[':id'].$put({ param: { id: id.current }, json }, init));
      if (kept.current !== null) kept.current = next;
      await queries.invalidateQueries({ queryKey: ['compositions'] });
    },
  });
  const { mutate } = keep;
  useEffect(() => mutate(settled), [settled, mutate]);
  useEffect(() => {
    latest.current = now;
    // The first letter creates it, with its address.
    if (id.current === null) mutate(now);
  }, [now, mutate]);
  useEffect(() => {
    here.current = true;
    const leave = (): void => {
      here.current = false;
      mutate(latest.current);
    };
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [mutate]);
  return {
    error: keep.error,
    /** Whether everything is saved; null: nothing written. */
    done: id.current === null && kept.current === now ? null : kept.current === now,
    async over(): Promise<void> {
      kept.current = null;
      if (id.current !== null) await ask(v1.compositions[':id'].$delete({ param: { id: id.current } }));
      await queries.invalidateQueries({ queryKey: ['compositions'] });
    },
  };
}
