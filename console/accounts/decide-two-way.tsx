import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Check, Field, Problem } from '../ui/components.tsx';

type Decision = 'on' | 'refused' | 'off';
const words = { on: 'approve', refused: 'refuse', off: 'turnOff' } as const;

/** A decision and the reason that the account reads. */
export function DecideTwoWay({ id, may }: { id: string; may: readonly Decision[] }) {
  const { say } = useLocale();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [releaseHeld, setReleaseHeld] = useState(false);
  const decide = useAct(
    (state: Decision) =>
      ask(
        v1.operator.accounts[':id']['two-way'].$put({
          param: { id },
          json: { state, reason, ...(state === 'on' ? { releaseHeld } : {}) },
        }),
      ),
    ['two-way-requests'],
    () => void queries.invalidateQueries({ queryKey: ['accounts'] }),
  );
  return (
    <div className="decide">
      <Field label={say('reason')} hint={say('reasonHint')} value={reason} onChange={setReason} />
      {may.includes('on') ? <Check label={say('releaseHeld')} value={releaseHeld} onChange={setReleaseHeld} /> : null}
      <Problem error={decide.error} />
      <div className="row start">
        {may.map((state) => (
          <Action
            key={state}
            kind={state === 'on' ? 'main' : 'danger'}
            isDisabled={reason.trim() === '' || decide.isPending}
            onPress={() => decide.mutate(state)}
          >
            {say(words[state])}
          </Action>
        ))}
      </div>
    </div>
  );
}
