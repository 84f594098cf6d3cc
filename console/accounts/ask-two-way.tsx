import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { refusalOf, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Field, Problem } from '../ui/components.tsx';

async function readAccount() {
  const response = await v1.account.$get();
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}

/** Until replies can come: how to ask for them, and what became of it. */
export function AskTwoWay() {
  const { say } = useLocale();
  const queries = useQueryClient();
  const { data: account } = useQuery({ queryKey: ['account'], queryFn: readAccount });
  const [reason, setReason] = useState('');
  const [volume, setVolume] = useState('');
  const ask = useMutation({
    mutationFn: async () => {
      const response = await v1['two-way'].request.$post({ json: { reason, expectedVolume: Number(volume) } });
      if (response.status === 202) return response.json();
      throw await refusalOf(response);
    },
    onSuccess: (changed) => queries.setQueryData(['account'], changed),
  });
  if (!account || account.twoWay === 'on') return null;
  if (account.twoWay === 'requested') return <p className="notice">{say('askedTwoWay')}</p>;
  const refusal = account.twoWay === 'refused' ? account.twoWayHistory.at(-1)?.reason : null;
  return (
    <Form
      className="card"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate();
      }}
    >
      <h2>{say('askTwoWay')}</h2>
      <p>{say('askTwoWayHint')}</p>
      {refusal ? (
        <p>
          {say('twoWayRefused')} : {refusal}
        </p>
      ) : null}
      <Field label={say('reason')} required rows={2} value={reason} onChange={setReason} />
      <Field label={say('expectedVolume')} inputMode="numeric" required value={volume} onChange={setVolume} />
      <Problem error={ask.error} />
      <Action kind="main" type="submit" isDisabled={ask.isPending}>
        {say('ask')}
      </Action>
    </Form>
  );
}
