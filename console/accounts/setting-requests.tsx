import { ask, v1 } from '../api.ts';
import { useAct, usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Problem } from '../ui/components.tsx';
import { ConfirmReason } from '../ui/confirm-button.tsx';

/** V0 accounts' change requests, to carry out or refuse. */
export function SettingRequests() {
  const { say } = useLocale();
  const found = usePages(['asked'], (cursor) =>
    ask(v1.operator['setting-requests'].$get({ query: { limit: '50', state: 'waiting', ...cursor } })),
  );
  return (
    <section>
      <h2>{say('settingRequests')}</h2>
      <List
        label={say('settingRequests')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noSettingRequests'), hint: say('noSettingRequestsHint') }}
        columns={[
          { name: say('account'), long: true, cell: ({ account }) => account.name },
          { name: say('since'), cell: ({ requestedAt }) => when(requestedAt) },
          { name: say('kind'), cell: ({ kind }) => say(`ask.${kind}`) },
          { name: say('changeAsked'), cell: ({ change }) => <Wanted change={change} /> },
          { name: say('decision'), cell: ({ id }) => <Decide id={id} /> },
        ]}
      />
    </section>
  );
}

/** The fields of a request by their API names, defaults left out. */
function Wanted({ change }: { change: Record<string, unknown> }) {
  const { fields = {}, ...rest } = change;
  const given = Object.entries({ ...rest, ...(typeof fields === 'object' ? fields : {}) });
  const said = given.filter(([, value]) => value !== null && value !== '' && value !== false);
  if (said.length === 0) return null;
  return (
    <ul className="bare">
      {said.map(([name, value]) => (
        <li key={name}>
          <span className="hint">{name}</span> {textOf(value)}
        </li>
      ))}
    </ul>
  );
}

/** A value as text without JSON punctuation. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(textOf).join(' · ');
}

function Decide({ id }: { id: string }) {
  const { say } = useLocale();
  const param = { id };
  const carryOut = useAct(() => ask(v1.operator['setting-requests'][':id']['carry-out'].$post({ param })), ['asked']);
  return (
    <>
      <div className="row start">
        <Action kind="main" isDisabled={carryOut.isPending} onPress={() => carryOut.mutate()}>
          {say('carryOut')}
        </Action>
        <ConfirmReason
          label={say('refuse')}
          question={say('refuseAsk')}
          reasonHint={say('reasonHint')}
          act={(reason) => ask(v1.operator['setting-requests'][':id'].refuse.$post({ param, json: { reason } }))}
          stale={['asked']}
        />
      </div>
      <Problem error={carryOut.error} />
    </>
  );
}
