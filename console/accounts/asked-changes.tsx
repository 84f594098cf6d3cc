import { ask, v1 } from '../api.ts';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Problem } from '../ui/components.tsx';

const tones = { waiting: 'plain', done: 'good', refused: 'bad', withdrawn: 'plain' } as const;

export function RequestState({ state }: { state: keyof typeof tones }) {
  const { say } = useLocale();
  return <Badge tone={tones[state]}>{say(`asked.${state}`)}</Badge>;
}

/** A V0 account's change requests and their outcome. */
export function AskedChanges() {
  const { say } = useLocale();
  const owner = useOwner();
  const found = usePages(['setting-requests'], (cursor) =>
    ask(v1['setting-requests'].$get({ query: { limit: '20', ...cursor } })),
  );
  const withdraw = useAct(
    (id: string) => ask(v1['setting-requests'][':id'].withdraw.$post({ param: { id } })),
    ['setting-requests'],
  );
  if (!found.items || found.items.length === 0) return null;
  return (
    <section>
      <h2>{say('askedChanges')}</h2>
      <List
        label={say('askedChanges')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: '', hint: '' }}
        columns={[
          { name: say('changeAsked'), cell: ({ kind }) => say(`ask.${kind}`) },
          { name: say('since'), cell: ({ requestedAt }) => when(requestedAt) },
          { name: say('state'), cell: ({ state }) => <RequestState state={state} /> },
          { name: say('reason'), long: true, cell: ({ reason }) => reason },
          {
            name: say('action'),
            shown: owner,
            cell: ({ id, state }) =>
              state === 'waiting' ? <Action onPress={() => withdraw.mutate(id)}>{say('withdraw')}</Action> : null,
          },
        ]}
      />
      <Problem error={withdraw.error} />
    </section>
  );
}
