import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { List } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, FormCard, Choice, Field } from '../ui/components.tsx';
import { ChangeOrRemove } from '../ui/confirm-button.tsx';
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

/** The action's parameter; empty for some. */
const valueOf = (action: RuleAction): string => Object.entries(action).find(([name]) => name !== 'do')?.[1] ?? '';

type Rule = { word: string; actions: RuleAction[] };
const FRESH: Rule = { word: '', actions: [actionOf('answer', '')] };
const isWhole = ({ word, actions }: Rule): boolean =>
  word !== '' && actions.every((action) => values[action.do] === null || valueOf(action) !== '');

export function KeywordsSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const found = usePages(['keyword-rules'], (cursor) => ask(v1['keyword-rules'].$get({ query: { limit: '50', ...cursor } })));
  const [rule, set] = useState(FRESH);
  const create = useAct(
    () => ask(v1['keyword-rules'].$post({ json: rule })),
    ['keyword-rules'],
    () => set(FRESH),
  );
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
          { name: say('action'), shown: owner, cell: (each) => <Acts key={JSON.stringify(each)} {...each} /> },
        ]}
      />
      {owner ? (
        <FormCard title={say('newKeyword')} label={say('addKeyword')} act={create} disabled={!isWhole(rule)}>
          <Fields rule={rule} set={set} />
        </FormCard>
      ) : null}
    </>
  );
}

function Fields({ rule, set }: { rule: Rule; set: (rule: Rule) => void }) {
  const { say } = useLocale();
  const { word, actions } = rule;
  const put = (index: number, ...by: RuleAction[]): void => set({ word, actions: actions.toSpliced(index, 1, ...by) });
  return (
    <>
      <Field label={say('word')} hint={say('wordHint')} value={word} onChange={(next) => set({ word: next, actions })} />
      {actions.map((action, index) => {
        const named = values[action.do];
        return (
          // Actions have no id, and are only added at the end.
          <div key={index} className="field">
            <Choice
              label={say('afterwards')}
              value={action.do}
              onChange={(kind) => put(index, actionOf(kind, valueOf(action)))}
              options={KINDS.map((each) => ({ value: each, label: say(`do.${each}`) }))}
            />
            {named ? (
              <Field
                label={say(named)}
                value={valueOf(action)}
                onChange={(value) => put(index, actionOf(action.do, value))}
                {...(action.do === 'answer' ? { rows: 3 } : {})}
              />
            ) : null}
            {actions.length > 1 ? <Action onPress={() => put(index)}>{say('remove')}</Action> : null}
          </div>
        );
      })}
      <Action onPress={() => set({ word, actions: [...actions, actionOf('tag', '')] })}>{say('addAction')}</Action>
    </>
  );
}

/** A rule's scope, set by the API, is kept. */
function Acts({ id, number, campaign, ...now }: Rule & { id: string; number: string | null; campaign: string | null }) {
  const one = v1['keyword-rules'][':id'];
  const [rule, set] = useState<Rule>({ word: now.word, actions: now.actions });
  const change = useAct(() => ask(one.$put({ param: { id }, json: { ...rule, number, campaign } })), ['keyword-rules']);
  const remove = useAct(() => ask(one.$delete({ param: { id } })), ['keyword-rules']);
  const name = now.word.toUpperCase();
  return (
    <ChangeOrRemove name={name} change={change} remove={remove} disabled={!isWhole(rule)}>
      <Fields rule={rule} set={set} />
    </ChangeOrRemove>
  );
}
