import { useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Field } from '../ui/components.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { ConfirmReason } from '../ui/confirm-button.tsx';

export function OptOutsSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const found = usePages(['opt-outs'], (cursor) => ask(v1['opt-outs'].$get({ query: { limit: '50', ...cursor } })));
  return (
    <>
      <div className="row">
        <h1>{say('optOuts')}</h1>
        <a className="button plain" href="/v1/opt-outs/export" download>
          {say('exportCsv')}
        </a>
      </div>
      <p>{say('optOutsHint')}</p>
      <List
        label={say('optOuts')}
        found={found}
        keyOf={({ phone, since }) => `${phone} ${since}`}
        empty={{ title: say('noOptOuts'), hint: say('noOptOutsHint') }}
        columns={[
          { name: say('filterNumber'), cell: ({ phone }) => (phone ? phoneText(phone) : say('erased')) },
          { name: say('since'), cell: ({ since }) => when(since) },
          { name: say('how'), cell: ({ source }) => say(`source.${source}`) },
          { name: say('reason'), long: true, cell: ({ reason }) => reason },
          {
            name: say('action'),
            shown: owner,
            cell: ({ phone }) =>
              phone ? (
                <ConfirmReason
                  label={say('lift')}
                  question={say('liftAsk', { phone: phoneText(phone) })}
                  hint={say('liftHint')}
                  act={(reason) => ask(v1['opt-outs'].lift.$post({ json: { phone, reason } }))}
                  stale={['opt-outs']}
                />
              ) : null,
          },
        ]}
      />
      {owner ? <AddDead /> : null}
      {owner ? <Add /> : null}
    </>
  );
}

function AddDead() {
  const { say, number } = useLocale();
  const add = useAct(() => ask(v1['opt-outs'].dead.$post()), ['opt-outs']);
  return (
    <FormCard title={say('deadNumbers')} label={say('leaveOutDead')} act={add}>
      <p>{say('deadNumbersHint')}</p>
      {add.data ? <p role="status">{say('deadAdded', { added: number(add.data.added) })}</p> : null}
    </FormCard>
  );
}

function Add() {
  const { say, number } = useLocale();
  const [csv, setCsv] = useState('');
  const [reason, setReason] = useState('');
  const add = useAct(
    () => ask(v1['opt-outs'].import.$post({ json: { csv, ...(reason === '' ? {} : { reason }) } })),
    ['opt-outs'],
    () => setCsv(''),
  );
  return (
    <FormCard title={say('addOptOuts')} label={say('add')} act={add} disabled={csv.trim() === ''}>
      <FileTrigger acceptedFileTypes={['text/csv', '.csv', '.txt']} onSelect={(files) => void files?.[0]?.text().then(setCsv)}>
        <Button className="button plain">{say('chooseFile')}</Button>
      </FileTrigger>
      <Field label={say('numbers')} hint={say('numbersListHint')} rows={4} value={csv} onChange={setCsv} />
      <Field label={say('reason')} value={reason} onChange={setReason} />
      {add.data ? (
        <p role="status">{say('optOutsAdded', { added: number(add.data.added), already: number(add.data.already) })}</p>
      ) : null}
    </FormCard>
  );
}
