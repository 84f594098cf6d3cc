import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { ask, freshKey, refusalOf, v1 } from '../../api.ts';
import { bodyOf, composedOf, NOTHING_YET, type Account, type Composed } from './draft-model.ts';
import { ComposerForm } from './composer-form.tsx';
import { Loaded } from '../../ui/list.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem } from '../../ui/components.tsx';
import { asRecipients, columnsOf, type Columns, type Recipient } from './recipients.ts';
import { RecipientsField } from './recipients-field.tsx';
import { Review, type Departure } from './review-send.tsx';
import { isShort, NO_RECIPIENTS, readSource, sendSource, type Source } from './recipients-source.ts';
import { useNumbers } from './route-choice.tsx';
import { Schedule } from './schedule.tsx';
import { TestSend } from './test-send.tsx';
import { usePreview } from './use-preview.ts';
import { Judged, seenOf, Writing } from './campaign-fields.tsx';

/** Rows that the preview of a long list looks at while it is composed. */
const PREVIEWED = 1000;

export function NewCampaignPage() {
  const { say } = useLocale();
  const { from } = useSearch({ from: '/campaigns/new' });
  const account = useQuery({ queryKey: ['account'], queryFn: () => ask(v1.account.$get()) });
  const before = useQuery({
    queryKey: ['campaign', from],
    queryFn: async () => (from === undefined ? null : ask(v1.campaigns[':id'].$get({ param: { id: from } }))),
    staleTime: Infinity,
  });
  return (
    <div className="page">
      <h1>{say('newCampaign')}</h1>
      <Loaded of={account}>
        {(known) => (
          <Loaded of={before}>
            {(other) => <Composer key={from} account={known} first={other === null ? NOTHING_YET : composedOf(other)} />}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

/** The contacts that a preview shows; what of a list that is kept is shown once the draft has it. */
function useContacts(source: Source): Recipient[] {
  const tag = source.kind === 'contacts' ? source.tag : '';
  const found = useQuery({
    queryKey: ['contacts', tag],
    queryFn: () => ask(v1.contacts.$get({ query: { limit: '100', ...(tag === '' ? {} : { tag }) } })),
    enabled: source.kind === 'contacts',
  });
  if (source.kind !== 'contacts') return [];
  return (found.data?.items ?? []).map(({ phone, firstName, lastName }) => ({
    to: phone,
    firstName: firstName ?? '',
    lastName: lastName ?? '',
  }));
}

function Composer({ account, first }: { account: Account; first: Composed }) {
  const { say, number } = useLocale();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const numbers = useNumbers();
  const [composed, setComposed] = useState(first);
  const [source, setSource] = useState(NO_RECIPIENTS);
  const [chosen, setChosen] = useState<Partial<Columns>>({});
  const [sent, setSent] = useState(0);
  const key = useRef(freshKey());
  const draft = useRef({ body: '', id: '' });
  const [reviewing, setReviewing] = useState(false);
  const change = (part: Partial<Composed>): void => setComposed((before) => ({ ...before, ...part }));

  const read = readSource(source);
  const own = asRecipients(read, columnsOf(read, chosen));
  const contacts = useContacts(source);
  const recipients = source.kind === 'contacts' ? contacts : own;
  const body = bodyOf(composed, account, numbers);
  const preview = usePreview(body, recipients.slice(0, PREVIEWED));
  // With rows that can't go as they are, it is a list to be looked at.
  const faulty = preview.data?.refusals.some(({ code }) => code === 'invalid-rows' || code === 'no-reply-code') ?? false;
  const short = isShort(source, read) && !faulty;
  const seen = seenOf(composed, preview.data);

  const send = useMutation({
    mutationFn: async (departure: Departure | null) => {
      if (departure) {
        const header = { 'idempotency-key': key.current };
        const response = await v1.campaigns.$post({ header, json: { ...body, recipients, ...departure } });
        if (response.status === 202) return (await response.json()).id;
        key.current = freshKey();
        throw await refusalOf(response);
      }
      // A list that could not be read is chosen again; the draft is there already.
      const written = JSON.stringify(body);
      if (draft.current.body !== written)
        draft.current = { body: written, id: (await ask(v1.campaigns.drafts.$post({ json: body }))).id };
      await sendSource(draft.current.id, { source, chosen, progress: setSent });
      return draft.current.id;
    },
    onSuccess: async (id) => {
      await queries.invalidateQueries({ queryKey: ['campaigns'] });
      await navigate({ to: '/campaigns/$id', params: { id } });
    },
  });
  const nobody = source.kind === 'typed' && recipients.length === 0;

  return (
    <ComposerForm
      act={{ isPending: send.isPending, mutate: () => (short ? setReviewing(true) : send.mutate(null)) }}
      preview={preview.data}
    >
      <Writing
        composed={composed}
        change={change}
        account={account}
        numbers={numbers}
        columns={Object.keys(recipients[0] ?? {})}
        preview={preview.data}
      />
      <RecipientsField source={source} change={setSource} read={read} chosen={chosen} choose={setChosen} />
      <Schedule composed={composed} change={change} account={account} />
      <Judged composed={composed} change={change} account={account} preview={preview.data} />
      <TestSend body={body} text={seen} behind={preview.behind} />
      <Problem error={preview.error} />
      {reviewing ? null : <Problem error={send.error} />}
      {send.isPending && sent > 0 ? <p role="status">{say('uploaded', { n: number(Math.round(sent * 100)) })}</p> : null}
      <Action kind="main" type="submit" isDisabled={send.isPending || nobody}>
        {send.isPending ? say('sending') : say(short ? 'review' : 'checkList')}
      </Action>
      {short ? null : <p className="hint">{say('checkListHint')}</p>}
      {reviewing ? (
        <Review
          of={[body, recipients]}
          look={() => ask(v1.campaigns.preview.$post({ json: { ...body, recipients } }))}
          name={body.name}
          sendAt={body.sendAt ?? null}
          label={recipients.length === 1 ? say('sendCampaignOne') : say('sendCampaign', { n: number(recipients.length) })}
          act={send}
          close={() => setReviewing(false)}
        />
      ) : null}
    </ComposerForm>
  );
}
