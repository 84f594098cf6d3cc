import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { Fragment, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Problem } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

type Policies = InferResponseType<typeof v1.policies.$get, 200>;

/** In days: whole months and years. */
const LONG = [183, 396, 731, 1096, 1827];
const KEPT = [
  { name: 'keepTextsDays', word: 'keepTexts', usual: [31, 92, 183, 396, 731, 1096] },
  { name: 'keepContactsDays', word: 'keepContacts', usual: LONG },
  { name: 'keepRowsDays', word: 'keepRows', usual: LONG },
] as const;
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
  const { keepTextsDays, keepContactsDays, keepRowsDays } = policies;
  const before = { keepTextsDays, keepContactsDays, keepRowsDays };
  const [chosen, choose] = useState(before);
  const save = useAct(() => ask(v1.policies.$patch({ json: chosen })), ['policies']);
  const changed = KEPT.some(({ name }) => chosen[name] !== before[name]);
  const lasting = (days: number): string => {
    const years = days >= 2 * YEAR;
    const value = Math.round(days / (years ? YEAR : MONTH));
    return new Intl.NumberFormat(locale, { style: 'unit', unit: years ? 'year' : 'month', unitDisplay: 'long' }).format(value);
  };
  const options = (usual: readonly number[], now: number | null) => [
    { value: NEVER, label: say('keepForEver') },
    ...[...new Set([...usual, ...(now === null ? [] : [now])])]
      .toSorted((a, b) => a - b)
      .map((days) => ({ value: String(days), label: usual.includes(days) ? lasting(days) : say('keepDays', { n: days }) })),
  ];
  return (
    <div className="card">
      {KEPT.map(({ name, word, usual }) => (
        <Fragment key={name}>
          <Choice
            label={say(word)}
            value={String(chosen[name] ?? NEVER)}
            onChange={(value) => choose({ ...chosen, [name]: value === NEVER ? null : Number(value) })}
            options={options(usual, before[name])}
          />
          <p className="hint">{say(`${word}Hint`)}</p>
        </Fragment>
      ))}
      {owner ? (
        <ConfirmButton label={say('save')} question={say('retentionAsk')} act={save} closed={!changed}>
          <p>{say('retentionAskHint')}</p>
        </ConfirmButton>
      ) : null}
      <Problem error={save.error} />
    </div>
  );
}
