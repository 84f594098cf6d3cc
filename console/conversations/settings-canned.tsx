import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useAll, useOwner } from '../query-hooks.ts';
import { List } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Field } from '../ui/components.tsx';
import { ChangeOrRemove } from '../ui/confirm-button.tsx';

type Canned = { name: string; text: string };
const NONE: Canned = { name: '', text: '' };
const isWhole = ({ name, text }: Canned): boolean => name.trim() !== '' && text !== '';

export function CannedSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const [canned, set] = useState(NONE);
  const found = useAll(['canned-answers'], () => ask(v1['canned-answers'].$get()));
  const create = useAct(
    () => ask(v1['canned-answers'].$post({ json: canned })),
    ['canned-answers'],
    () => set(NONE),
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
          { name: say('action'), shown: owner, cell: (each) => <Acts key={JSON.stringify(each)} {...each} /> },
        ]}
      />
      {owner ? (
        <FormCard title={say('newCanned')} label={say('addCanned')} act={create} disabled={!isWhole(canned)}>
          <Fields canned={canned} set={set} />
        </FormCard>
      ) : null}
    </>
  );
}

function Fields({ canned, set }: { canned: Canned; set: (canned: Canned) => void }) {
  const { say } = useLocale();
  return (
    <>
      <Field label={say('name')} value={canned.name} onChange={(name) => set({ ...canned, name })} />
      <Field
        label={say('text')}
        hint={say('cannedTextHint')}
        rows={3}
        value={canned.text}
        onChange={(text) => set({ ...canned, text })}
      />
    </>
  );
}

function Acts({ id, name, text }: Canned & { id: string }) {
  const one = v1['canned-answers'][':id'];
  const [canned, set] = useState<Canned>({ name, text });
  const change = useAct(() => ask(one.$put({ param: { id }, json: canned })), ['canned-answers']);
  const remove = useAct(() => ask(one.$delete({ param: { id } })), ['canned-answers']);
  return (
    <ChangeOrRemove name={name} change={change} remove={remove} disabled={!isWhole(canned)}>
      <Fields canned={canned} set={set} />
    </ChangeOrRemove>
  );
}
