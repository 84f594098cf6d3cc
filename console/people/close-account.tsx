import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Field, Problem } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { session } from './session.ts';

type Props = { name: string; stale: readonly string[]; close: (json: { name: string }) => Promise<unknown> };

/** Closes an account once its name is typed. */
export function CloseAccount({ name, stale, close }: Props) {
  const { say } = useLocale();
  const [typed, setTyped] = useState('');
  const act = useAct(() => close({ name: typed.trim() }), stale);
  return (
    <section>
      <h2>{say('closeAccount')}</h2>
      <p>{say('closeAccountHint')}</p>
      <ConfirmButton
        label={say('closeAccount')}
        question={say('closeAccountAsk', { name })}
        act={act}
        disabled={typed.trim() !== name.trim()}
      >
        <Field label={say('accountName')} value={typed} onChange={setTyped} />
      </ConfirmButton>
    </section>
  );
}

export function AccountClosed({
  until,
  stale,
  reopen,
}: {
  until: string;
  stale: readonly string[];
  reopen: (() => Promise<unknown>) | null;
}) {
  const { say, time } = useLocale();
  const act = useAct(() => reopen?.() ?? Promise.resolve(), stale);
  return (
    <div role="status" className="notice">
      <p>{say('accountClosed', { at: time(until) })}</p>
      {reopen ? <Action onPress={() => act.mutate()}>{say('reopenAccount')}</Action> : null}
      <Problem error={act.error} />
    </div>
  );
}

/** On every page of a closed account. */
export const OwnAccountClosed = ({ until, owner }: { until: string; owner: boolean }) => (
  <AccountClosed until={until} stale={session.queryKey} reopen={owner ? () => ask(v1.account.reopen.$post()) : null} />
);
