import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Form as Fields } from 'react-aria-components';
import { ask, freshKey, Refusal, refusalOf, v1 } from '../../api.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem } from '../../ui/components.tsx';
import { useSettled } from '../../ui/use-settled.ts';
import { MessageStep, OptionsStep, seenOf } from './campaign-fields.tsx';
import { STEPS, useKeeping, type Form } from './composition.ts';
import { bodyOf, changeOf, type Account, type Campaign, type Composed } from './draft-model.ts';
import { PhonePreview } from './phone-preview.tsx';
import { Sums, Verdict } from './preview-panel.tsx';
import { asRecipients, columnsOf, type Recipient } from './recipients.ts';
import { RecipientsField } from './recipients-field.tsx';
import { isShort, readSource, sendSource, type Source } from './recipients-source.ts';
import { Review, type Departure } from './review-send.tsx';
import { useNumbers } from './route-choice.tsx';
import { Stages, Summary } from './stages.tsx';
import { TestSend } from './test-send.tsx';
import { missingIn, STEP_OF, troublesOf, type Place } from './troubles.ts';
import { usePreview } from './use-preview.ts';
import { useFaultText } from '../../ui/faults.tsx';
import '../campaigns.css';

/** A campaign as somebody begins or goes on to write it; `draft`: the one that is changed, with the columns of its list. */
export type Begun = { id: string | null; form: Form; draft: { campaign: Campaign; columns: string[]; listed: number } | null };
type Props = Begun & { account: Account; began: (id: string) => void };

const NOBODY: Recipient[] = [];

/** The contacts that a preview shows; what of a list that is kept is shown once the draft has it. */
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

/** Writes a campaign in four steps, and keeps each change on the server. */
export function Composer({ account, id, form: first, draft, began }: Props) {
  const { say, number } = useLocale();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const numbers = useNumbers();
  const faultText = useFaultText();
  const [form, setForm] = useState(first);
  const { step, composed, source, chosen } = form;
  const [tried, setTried] = useState(step === 'review');
  const [sent, setSent] = useState(0);
  const key = useRef(freshKey());
  const made = useRef({ body: '', id: '' });
  const set = (part: Partial<Form>): void => setForm((before) => ({ ...before, ...part }));
  const change = (part: Partial<Composed>): void =>
    setForm((before) => ({ ...before, composed: { ...before.composed, ...part } }));
  const keeping = useKeeping({ id, campaign: draft?.campaign.id ?? null, form, began });

  // Rows are read once nobody writes in them any more, and not as something else is written.
  const settled = useSettled(source);
  const read = useMemo(() => readSource(settled), [settled]);
  const own = useMemo(() => asRecipients(read, columnsOf(read, chosen)), [read, chosen]);
  const contacts = useContacts(source);
  const recipients = source.kind === 'contacts' ? contacts : own;
  const body = bodyOf(composed, account, numbers);
  const preview = usePreview(body, recipients, source.kind === 'kept' && draft ? draft.campaign.id : null);
  const behind = preview.behind || source !== settled;

  const missing = missingIn(composed, source === settled && source.kind === 'typed' && own.length === 0);
  const troubles = troublesOf(preview.data, preview.error);
  const wrong = (place: Place): string | undefined => {
    const word = tried ? missing[place] : undefined;
    if (word !== undefined) return say(word);
    const found = troubles.filter((each) => each.place === place).flatMap(({ errors }) => errors.map(faultText));
    return found.length === 0 ? undefined : found.join(' ');
  };
  const places = new Set<Place>([...troubles.map(({ place }) => place), ...(tried ? Object.keys(missing).filter(isPlace) : [])]);
  const verdict = (place: Place) => <Verdict preview={preview.data} troubles={troubles.filter((each) => each.place === place)} />;
  // With rows that can't go as they are, it is a list to be looked at; so is whatever a draft has.
  const faulty = troubles.some(({ code }) => code === 'invalid-rows' || code === 'no-reply-code');
  const short = draft === null && isShort(source, read) && !faulty;

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
    // A list that could not be read is chosen again; the draft is there already.
    if (!draft && made.current.body !== written)
      made.current = { body: written, id: (await ask(v1.campaigns.drafts.$post({ json: body }))).id };
    const of = draft?.campaign.id ?? made.current.id;
    await sendSource(of, { source, chosen, progress: setSent });
    return of;
  };
  const left = (of: string) => navigate({ to: '/campaigns/$id', params: { id: of } });
  const send = useMutation({
    mutationFn: (departure: Departure | null) => (departure ? launch(departure) : check()),
    onSuccess: async (of) => {
      await keeping.over();
      await queries.invalidateQueries({ queryKey: ['campaigns'] });
      await queries.invalidateQueries({ queryKey: ['campaign', of] });
      await queries.invalidateQueries({ queryKey: ['import', of] });
      await left(of);
    },
  });
  const go = (next: Form['step']): void => {
    if (next === 'review') setTried(true);
    set({ step: next });
  };
  // What is wrong with the whole of it is said where it is sent.
  useEffect(() => send.reset(), [step]);
  const complete = Object.keys(missing).length === 0 && source === settled;
  const columns = source.kind === 'kept' ? (draft?.columns ?? []) : Object.keys(recipients[0] ?? {});
  const fields = { composed, change, account, preview: preview.data, wrong };

  return (
    <>
      <Stages step={step} go={go} wrong={STEPS.map((each) => [...places].filter((place) => STEP_OF[place] === each).length)} />
      <div className="composer">
        <Fields validationBehavior="aria" onSubmit={(event) => event.preventDefault()}>
          {step === 'message' ? <MessageStep {...fields} columns={columns} /> : null}
          {step === 'recipients' ? (
            <>
              <RecipientsField
                form={form}
                set={set}
                read={read}
                listed={draft?.listed ?? 0}
                error={tried && missing.recipients ? say(missing.recipients) : undefined}
              />
              {verdict('recipients')}
            </>
          ) : null}
          {step === 'options' ? (
            <>
              <OptionsStep {...fields} numbers={numbers} />
              {verdict('sender')}
            </>
          ) : null}
          {step === 'review' ? (
            <>
              {Object.keys(missing).length === 0 ? null : (
                <ul role="alert" className="problem">
                  {Object.values(missing).map((word) => (
                    <li key={word}>{say(word)}</li>
                  ))}
                </ul>
              )}
              {short && complete ? (
                <Review
                  of={preview.data}
                  look={() => ask(v1.campaigns.preview.$post({ json: { ...body, recipients } }))}
                  name={body.name}
                  sendAt={body.sendAt ?? null}
                  labelOf={(n) => (n === 1 ? say('sendCampaignOne') : say('sendCampaign', { n: number(n) }))}
                  act={send}
                  behind={behind}
                />
              ) : (
                <>
                  <Verdict preview={preview.data} troubles={troubles} warnings />
                  {preview.data ? <Sums preview={preview.data} /> : null}
                  <Problem error={send.error} />
                  {send.isPending && sent > 0 ? (
                    <p role="status">{say('uploaded', { n: number(Math.round(sent * 100)) })}</p>
                  ) : null}
                  <p className="hint">{say('checkListHint')}</p>
                  <Action kind="main" isDisabled={send.isPending || !complete} onPress={() => send.mutate(null)}>
                    {say(send.isPending ? 'sending' : 'checkList')}
                  </Action>
                </>
              )}
              <TestSend body={body} text={seenOf(composed, preview.data)} behind={behind} />
            </>
          ) : null}
          {preview.error instanceof Refusal && preview.error.faults.length > 0 ? null : <Problem error={preview.error} />}
        </Fields>
        <PhonePreview preview={preview.data} text={composed.text} />
      </div>
      <Summary
        preview={preview.data}
        behind={behind}
        sendAt={body.sendAt ?? null}
        wrong={places.size}
        keeping={keeping}
        step={step}
        go={go}
      >
        {draft ? (
          <Action kind="ghost" onPress={() => void keeping.over().then(() => left(draft.campaign.id))}>
            {say('discard')}
          </Action>
        ) : null}
      </Summary>
    </>
  );
}

const isPlace = (name: string): name is Place => name in STEP_OF;
