import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useAll, useOwner } from '../query-hooks.ts';
import { List } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Field } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

export function CannedSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const found = useAll(['canned-answers'], () => ask(v1['canned-answers'].$get()));
  const create = useAct(
    () => ask(v1['canned-answers'].$post({ json: { name, text } })),
    ['canned-answers'],
    () => {
      setName('');
      setText('');
    },
  );
  return (
    <>
      <h1>{say('canned')}</h1>
      <p>{say('cannedHint')}</p>
      <List
        label={say('canned')}
        found={found}
        empty={{ title: say('noCanned'), hint: say('noCannedHint') }}
        keyOf={({ id }) => id}
        columns={[
          { name: say('name'), cell: (each) => <strong>{each.name}</strong> },
          { name: say('text'), long: true, cell: (each) => <span dir="auto">{each.text}</span> },
          { name: say('action'), shown: owner, cell: (each) => <Remove id={each.id} name={each.name} /> },
        ]}
      />
      {owner ? (
        <FormCard title={say('newCanned')} label={say('addCanned')} act={create} disabled={name.trim() === '' || text === ''}>
          <Field label={say('name')} value={name} onChange={setName} />
          <Field label={say('text')} hint={say('cannedTextHint')} rows={3} value={text} onChange={setText} />
        </FormCard>
      ) : null}
    </>
  );
}

function Remove({ id, name }: { id: string; name: string }) {
  const { say } = useLocale();
  const remove = useAct(() => ask(v1['canned-answers'][':id'].$delete({ param: { id } })), ['canned-answers']);
  return <ConfirmButton label={say('remove')} question={say('removeAsk', { name })} act={remove} />;
}
