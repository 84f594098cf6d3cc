import type { QueryKey } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Choice } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

export type Role = (typeof ROLES)[number];
export const ROLES = ['agent', 'agent-restricted', 'viewer', 'owner'] as const;

type Props = {
  person: { email: string; role: Role; joined: boolean };
  stale: QueryKey;
  change: (role: Role) => Promise<unknown>;
  remove: () => Promise<unknown>;
  endSessions: () => Promise<unknown>;
};

/** An owner's or operator's actions on a person. */
export function PersonActions({ person: { email, role, joined }, stale, change, remove, endSessions }: Props) {
  const { say } = useLocale();
  const [next, setNext] = useState<Role>(role);
  const changing = useAct(() => change(next), stale);
  const removing = useAct(remove, stale);
  const ending = useAct(endSessions, stale);
  return (
    <div className="row">
      <ConfirmButton label={say('changeRole')} question={say('changeRoleAsk', { email })} act={changing} disabled={next === role}>
        <Choice
          label={say('role')}
          value={next}
          onChange={setNext}
          options={ROLES.map((value) => ({ value, label: say(`role.${value}Hint`) }))}
        />
      </ConfirmButton>
      {joined ? (
        <ConfirmButton label={say('endSessions')} question={say('endSessionsAsk', { email })} act={ending}>
          <p>{say('endSessionsHint')}</p>
        </ConfirmButton>
      ) : null}
      <ConfirmButton
        label={say(joined ? 'removePerson' : 'withdrawInvitation')}
        question={say(joined ? 'removePersonAsk' : 'withdrawInvitationAsk', { email })}
        act={removing}
      >
        <p>{say(joined ? 'removePersonHint' : 'withdrawInvitationHint')}</p>
      </ConfirmButton>
    </div>
  );
}
