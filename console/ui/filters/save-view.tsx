import { useState } from 'react';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Field, FormCard } from '../components.tsx';
import { Over } from '../layout/dialog.tsx';

type Props = {
  hint: string;
  close: () => void;
  act: { mutate: (name: string) => void; isPending: boolean; error: unknown };
};

/** Asks for the name of a saved view. */
export function SaveView({ hint, close, act }: Props) {
  const { say } = useLocale();
  const [name, setName] = useState('');
  return (
    <Over title={say('saveView')} close={close}>
      <p>{hint}</p>
      <FormCard label={say('save')} act={{ ...act, mutate: () => act.mutate(name.trim()) }} disabled={name.trim() === ''}>
        <Field label={say('name')} value={name} onChange={setName} />
      </FormCard>
      <div className="row end">
        <Action slot="close">{say('leaveIt')}</Action>
      </div>
    </Over>
  );
}
