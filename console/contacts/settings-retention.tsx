import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Problem } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

type Policies = InferResponseType<typeof v1.policies.$get, 200>;

/** In days: whole months and years. */
const TEXTS = [31, 92, 183, 396, 731, 1096];
const CONTACTS = [183, 396, 731, 1096, 1827];
const ROWS = [183, 396, 731, 1096, 1827];
const NEVER = 'never';
const YEAR = 365;
const MONTH = 30.4;

export function RetentionSettings() {
  const { say } = useLocale();
  const found = useQuery({ queryKey: ['policies'], queryFn: () => ask(v1.policies.$get()) });
  return (
    <>
      <h1>{say('retention')}</h1>
      <p>{say('retentionHint')}</p>
      <Loaded of={found}>{(data) => <Chosen key={JSON.stringify(data)} policies={data} />}</Loaded>
    </>
  );
}

function Chosen({ policies }: { policies: Policies }) {
  const { say, locale } = useLocale();
  const owner = useOwner();
  const [texts, setTexts] = useState(policies.keepTextsDays);
  const [contacts, setContacts] = useState(policies.keepContactsDays);
  const [kept, setKept] = useState(policies.keepRowsDays);
  const change = { keepTextsDays: texts, keepContactsDays: contacts, keepRowsDays: kept };
  const save = useAct(() => ask(v1.policies.$patch({ json: change })), ['policies']);
  const changed = texts !== policies.keepTextsDays || contacts !== policies.keepContactsDays || kept !== policies.keepRowsDays;
  const lasting = (days: number): string => {
    const years = days >= 2 * YEAR;
    const value = Math.round(days / (years ? YEAR : MONTH));
    return new Intl.NumberFormat(locale, { style: 'unit', unit: years ? 'year' : 'month', unitDisplay: 'long' }).format(value);
  };
  const options = (usual: number[], now: number | null) => [
    { value: NEVER, label: say('keepForEver') },
    ...[...new Set([...usual, ...(now === null ? [] : [now])])]
      .toSorted((a, b) => a - b)
      .map((days) => ({ value: String(days), label: usual.includes(days) ? lasting(days) : say('keepDays', { n: days }) })),
  ];
  const read = (value: string): number | null => (value === NEVER ? null : Number(value));
  return (
    <div className="card">
      <Choice
        label={say('keepTexts')}
        value={String(texts ?? NEVER)}
        onChange={(value) => setTexts(read(value))}
        options={options(TEXTS, policies.keepTextsDays)}
      />
      <p className="hint">{say('keepTextsHint')}</p>
      <Choice
        label={say('keepContacts')}
        value={String(contacts ?? NEVER)}
        onChange={(value) => setContacts(read(value))}
        options={options(CONTACTS, policies.keepContactsDays)}
      />
      <p className="hint">{say('keepContactsHint')}</p>
      <Choice
        label={say('keepRows')}
        value={String(kept ?? NEVER)}
        onChange={(value) => setKept(read(value))}
        options={options(ROWS, policies.keepRowsDays)}
      />
      <p className="hint">{say('keepRowsHint')}</p>
      {owner ? (
        <ConfirmButton label={say('save')} question={say('retentionAsk')} act={save} closed={!changed}>
          <p>{say('retentionAskHint')}</p>
        </ConfirmButton>
      ) : null}
      <Problem error={save.error} />
    </div>
  );
}
