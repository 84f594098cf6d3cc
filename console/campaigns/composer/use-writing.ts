import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ask, v1 } from '../../api.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useFaultText } from '../../ui/faults.tsx';
import { useSettled } from '../../ui/use-settled.ts';
import { STEPS, type Form } from './composition.ts';
import { bodyOf, type Account, type Campaign, type Composed } from './draft-model.ts';
import { asRecipients, columnsOf, type Recipient } from './recipients.ts';
import { isShort, readSource, type Source } from './recipients-source.ts';
import { useNumbers } from './route-choice.tsx';
import { missingIn, STEP_OF, troublesOf, type Place } from './troubles.ts';
import { usePreview } from './use-preview.ts';

/** A composition as opened; `draft`: the draft that it changes. */
export type Begun = { id: string | null; form: Form; draft: { campaign: Campaign; columns: string[]; listed: number } | null };

const NOBODY: Recipient[] = [];

/** Contacts for the preview. */
function useContacts(source: Source): Recipient[] {
  const tag = source.kind === 'contacts' ? source.tag : '';
  const { data } = useQuery({
    queryKey: ['contacts', tag],
    queryFn: () => ask(v1.contacts.$get({ query: { limit: '100', ...(tag === '' ? {} : { tag }) } })),
    enabled: source.kind === 'contacts',
  });
  return useMemo(
    () =>
      data?.items.map(({ phone, firstName, lastName }) => ({
        to: phone,
        firstName: firstName ?? '',
        lastName: lastName ?? '',
      })) ?? NOBODY,
    [data],
  );
}

/** The recipients known in the browser, read when typing pauses. */
function useRecipients({ source, chosen }: Form) {
  const settled = useSettled(source);
  const read = useMemo(() => readSource(settled), [settled]);
  const own = useMemo(() => asRecipients(read, columnsOf(read, chosen)), [read, chosen]);
  const contacts = useContacts(source);
  const behind = source !== settled;
  return {
    read,
    recipients: source.kind === 'contacts' ? contacts : own,
    behind,
    nobody: !behind && source.kind === 'typed' && own.length === 0,
  };
}

const isPlace = (name: string): name is Place => name in STEP_OF;

/** The composition, its recipients, and its errors by field. */
export function useWriting({ form: first, draft, account }: Pick<Begun, 'form' | 'draft'> & { account: Account }) {
  const { say } = useLocale();
  const faultText = useFaultText();
  const numbers = useNumbers();
  const [form, setForm] = useState(first);
  const [tried, setTried] = useState(first.step === 'review');
  const { composed, source } = form;
  const set = (part: Partial<Form>): void => setForm((before) => ({ ...before, ...part }));
  const change = (part: Partial<Composed>): void =>
    setForm((before) => ({ ...before, composed: { ...before.composed, ...part } }));
  const go = (step: Form['step']): void => {
    if (step === 'review') setTried(true);
    set({ step });
  };
  const { read, recipients, behind, nobody } = useRecipients(form);
  const body = bodyOf(composed, account, numbers);
  const listOf = source.kind === 'kept' && draft ? draft.campaign.id : null;
  const preview = usePreview(body, recipients, listOf);
  const missing = missingIn(composed, nobody);
  // Empty fields count once the review was opened.
  const lacking = tried ? missing : {};
  const troubles = troublesOf(preview.data, preview.error);
  const places = new Set<Place>([...troubles.map(({ place }) => place), ...Object.keys(lacking).filter(isPlace)]);
  const wrong = (place: Place): string | undefined => {
    const word = lacking[place];
    if (word !== undefined) return say(word);
    const found = troubles.filter((each) => each.place === place).flatMap(({ errors }) => errors.map(faultText));
    return found.length === 0 ? undefined : found.join(' ');
  };
  // Faulty rows make it a list to check.
  const faulty = troubles.some(({ code }) => code === 'invalid-rows' || code === 'no-reply-code');
  return {
    form,
    set,
    change,
    go,
    account,
    numbers,
    read,
    recipients,
    columns: source.kind === 'kept' ? (draft?.columns ?? []) : Object.keys(recipients[0] ?? {}),
    body,
    preview: preview.data,
    error: preview.error,
    behind: preview.behind || behind,
    missing: Object.values(missing),
    lacking,
    troubles,
    places,
    wrongIn: STEPS.map((step) => [...places].filter((place) => STEP_OF[place] === step).length),
    wrong,
    complete: Object.keys(missing).length === 0 && !behind,
    short: draft === null && isShort(source, read) && !faulty,
  };
}
export type Writing = ReturnType<typeof useWriting>;
