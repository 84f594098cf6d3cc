import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAccount, useAct } from '../query-hooks.ts';
import { Field, FormCard } from '../ui/components.tsx';

/** Requests two-way SMS, or shows the state of the request. */
export function AskTwoWay() {
  const { say } = useLocale();
  const { data: account } = useAccount();
  const [reason, setReason] = useState('');
  const [volume, setVolume] = useState('');
  const request = useAct(
    () => ask(v1['two-way'].request.$post({ json: { reason, expectedVolume: Number(volume) } })),
    ['account'],
  );
  if (!account || account.twoWay === 'on') return null;
  if (account.twoWay === 'requested') return <p className="notice">{say('askedTwoWay')}</p>;
  const refusal = account.twoWay === 'refused' ? account.twoWayHistory.at(-1)?.reason : null;
  return (
    <FormCard title={say('askTwoWay')} label={say('ask')} act={request}>
      <p>{say('askTwoWayHint')}</p>
      {refusal ? (
        <p>
          {say('twoWayRefused')} : {refusal}
        </p>
      ) : null}
      <Field label={say('reason')} required rows={2} value={reason} onChange={setReason} />
      <Field label={say('expectedVolume')} inputMode="numeric" required value={volume} onChange={setVolume} />
    </FormCard>
  );
}
