import type { QueryKey } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import type { v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Badge, Choice } from '../ui/components.tsx';
import { ConfirmAct, ConfirmButton } from '../ui/confirm-button.tsx';
import { Table, when } from '../ui/list.tsx';

export type Role = (typeof ROLES)[number];
export const ROLES = ['agent', 'agent-restricted', 'viewer', 'owner'] as const;

type Person = InferResponseType<typeof v1.users.$get, 200>['items'][number];
type Acts = Record<'remove' | 'endSessions' | 'lift', () => Promise<unknown>> & { change: (role: Role) => Promise<unknown> };
type Props = {
  people: Person[];
  stale: QueryKey;
  actsOn: (id: string) => Acts;
  may: (person: Person) => boolean;
  /** Whether an authenticator can be removed, for a lost phone. */
  mayLift: (person: Person) => boolean;
};

/** The members of an account, with an owner's or operator's actions. */
export function PeopleTable({ people, stale, actsOn, may, mayLift }: Props) {
  const { say } = useLocale();
  return (
    <Table
      label={say('team')}
      rows={people}
      keyOf={({ id }) => id}
      columns={[
        { name: say('email'), long: true, cell: ({ email }) => email },
        { name: say('role'), cell: ({ role }) => say(`role.${role}`) },
        {
          name: say('state'),
          cell: ({ joined }) => <Badge tone={joined ? 'good' : 'plain'}>{say(joined ? 'joined' : 'invited')}</Badge>,
        },
        { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
        {
          name: say('actions'),
          shown: people.some(may),
          cell: (person) => (may(person) ? <PersonActions person={person} stale={stale} acts={actsOn(person.id)} /> : null),
        },
        {
          name: say('authenticator'),
          cell: (person) => (
            <>
              <Badge tone={person.totp ? 'good' : 'plain'}>{say(person.totp ? 'authenticatorOn' : 'authenticatorOff')}</Badge>{' '}
              {person.totp && mayLift(person) ? (
                <ConfirmAct
                  label={say('dropCode')}
                  question={say('dropCodeAsk', { email: person.email })}
                  hint={say('dropCodeHint')}
                  act={actsOn(person.id).lift}
                  stale={stale}
                />
              ) : null}
            </>
          ),
        },
      ]}
    />
  );
}

function PersonActions({ person: { email, role, joined }, stale, acts }: { person: Person; stale: QueryKey; acts: Acts }) {
  const { say } = useLocale();
  const [next, setNext] = useState(role);
  const changing = useAct(() => acts.change(next), stale);
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
        <ConfirmAct
          label={say('endSessions')}
          question={say('endSessionsAsk', { email })}
          hint={say('endSessionsHint')}
          act={acts.endSessions}
          stale={stale}
        />
      ) : null}
      <ConfirmAct
        label={say(joined ? 'remove' : 'withdrawInvitation')}
        question={say(joined ? 'removePersonAsk' : 'withdrawInvitationAsk', { email })}
        hint={say(joined ? 'removePersonHint' : 'withdrawInvitationHint')}
        act={acts.remove}
        stale={stale}
      />
    </div>
  );
}
