import { useState } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Field } from '../ui/components.tsx';
import { TemporalLink } from './temporal-link.tsx';

const KINDS = ['campaign', 'endpoint'] as const;
const ID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/;

/** Finds the Temporal run of a page's address or id. */
export function FindRun() {
  const { say } = useLocale();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('campaign');
  const [named, setNamed] = useState('');
  const [id] = ID.exec(named) ?? [];
  return (
    <section className="card">
      <h2>{say('findRun')}</h2>
      <Choice
        label={say('runOf')}
        value={kind}
        onChange={setKind}
        options={KINDS.map((value) => ({ value, label: say(value === 'campaign' ? 'campaign' : 'aCallback') }))}
      />
      <Field label={say('pageOrId')} hint={say('pageOrIdHint')} value={named} onChange={setNamed} />
      <TemporalLink run={id === undefined ? null : `${kind}/${id}`} />
    </section>
  );
}
