import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { List } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Choice, Field } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import type { Word } from '../i18n/fr/index.ts';

const KINDS = ['answer', 'tag', 'opt-out', 'opt-in', 'forward', 'event'] as const;
type Kind = (typeof KINDS)[number];
type RuleAction =
  | { do: 'answer'; text: string }
  | { do: 'tag'; tag: string }
  | { do: 'opt-out' | 'opt-in' }
  | { do: 'forward'; to: string }
  | { do: 'event'; name: string };

const values: Record<Kind, Word | null> = {
  answer: 'do.answerValue',
  tag: 'do.tagValue',
  'opt-out': null,
  'opt-in': null,
  forward: 'do.forwardValue',
  event: 'do.eventValue',
};

function actionOf(kind: Kind, value: string): RuleAction {
  switch (kind) {
    case 'answer':
      return { do: kind, text: value };
    case 'tag':
      return { do: kind, tag: value };
    case 'forward':
      return { do: kind, to: value };
    case 'event':
      return { do: kind, name: value };
    case 'opt-out':
    case 'opt-in':
      return { do: kind };
    default:
      return kind satisfies never;
  }
}

function valueOf(action: RuleAction): string {
  switch (action.do) {
    case 'answer':
      return action.text;
    case 'tag':
      return action.tag;
    case 'forward':
      return action.to;
    case 'event':
      return action.name;
    case 'opt-out':
    case 'opt-in':
      return '';
    default:
      return action satisfies never;
  }
}

export function KeywordsSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const found = usePages(['keyword-rules'], (cursor) => ask(v1['keyword-rules'].$get({ query: { limit: '50', ...cursor } })));
  return (
    <>
      <h1>{say('keywords')}</h1>
      <p>{say('keywordsHint')}</p>
      <List
        label={say('keywords')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noKeywords'), hint: say('noKeywordsHint') }}
        columns={[
          { name: say('word'), cell: ({ word }) => <strong>{word.toUpperCase()}</strong> },
          {
            name: say('afterwards'),
            cell: ({ actions }) => (
              <ul className="bare">
                {actions.map((action) => (
                  <li key={`${action.do} ${valueOf(action)}`}>
                    {valueOf(action) === ''
                      ? say(`do.${action.do}`)
                      : say('named', { name: say(`do.${action.do}`), value: valueOf(action) })}
                  </li>
                ))}
              </ul>
            ),
          },
          { name: say('where'), cell: ({ number, campaign }) => number ?? (campaign ? say('oneCampaign') : say('everywhere')) },
          { name: say('action'), shown: owner, cell: ({ id, word }) => <Remove id={id} word={word} /> },
        ]}
      />
      {owner ? <NewRule /> : null}
    </>
  );
}

function Remove({ id, word }: { id: string; word: string }) {
  const { say } = useLocale();
  const remove = useAct(() => ask(v1['keyword-rules'][':id'].$delete({ param: { id } })), ['keyword-rules']);
  return <ConfirmButton label={say('remove')} question={say('removeAsk', { name: word.toUpperCase() })} act={remove} />;
}

function NewRule() {
  const { say } = useLocale();
  const [word, setWord] = useState('');
  const [kind, setKind] = useState<Kind>('answer');
  const [value, setValue] = useState('');
  const create = useAct(
    () => ask(v1['keyword-rules'].$post({ json: { word, actions: [actionOf(kind, value)] } })),
    ['keyword-rules'],
    () => {
      setWord('');
      setValue('');
    },
  );
  const named = values[kind];
  return (
    <FormCard
      title={say('newKeyword')}
      label={say('addKeyword')}
      act={create}
      disabled={word === '' || (named !== null && value === '')}
    >
      <Field label={say('word')} hint={say('wordHint')} value={word} onChange={setWord} />
      <Choice
        label={say('afterwards')}
        value={kind}
        onChange={setKind}
        options={KINDS.map((each) => ({ value: each, label: say(`do.${each}`) }))}
      />
      {named ? <Field label={say(named)} value={value} onChange={setValue} {...(kind === 'answer' ? { rows: 3 } : {})} /> : null}
    </FormCard>
  );
}
