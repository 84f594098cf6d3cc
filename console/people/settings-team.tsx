import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { CloseAccount } from './close-account.tsx';
import { LiftAuthenticator } from './remove-authenticator.tsx';
import { Loaded, Table, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Badge, Choice, Field, SecretOnce } from '../ui/components.tsx';
import { PersonActions, ROLES, type Role } from './person-actions.tsx';
import { session } from './session.ts';
import { SignInPolicy } from './sign-in-policy.tsx';

export function TeamSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const { data: who } = useQuery(session);
  const found = useQuery({ queryKey: ['users'], queryFn: () => ask(v1.users.$get()) });
  return (
    <>
      <h1>{say('team')}</h1>
      <p>{say('teamHint')}</p>
      <Loaded of={found}>{({ items }) => <People people={items} me={who?.user.id} />}</Loaded>
      {owner ? <Invite /> : null}
      <SignInPolicy />
      {owner && who?.account && !who.account.eraseAt ? (
        <CloseAccount name={who.account.name} stale={session.queryKey} close={(json) => ask(v1.account.close.$post({ json }))} />
      ) : null}
    </>
  );
}

type Person = InferResponseType<typeof v1.users.$get, 200>['items'][number];

function People({ people, me }: { people: Person[]; me: string | undefined }) {
  const { say } = useLocale();
  const owner = useOwner();
  const one = v1.users[':id'];
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
          shown: owner,
          cell: (person) => {
            const param = { id: person.id };
            return person.id === me ? null : (
              <PersonActions
                person={person}
                stale={['users']}
                change={(role) => ask(one.$patch({ param, json: { role } }))}
                remove={() => ask(one.$delete({ param }))}
                endSessions={() => ask(one.sessions.end.$post({ param }))}
              />
            );
          },
        },
        {
          name: say('authenticator'),
          cell: ({ id, email, totp }) => (
            <>
              <Badge tone={totp ? 'good' : 'plain'}>{say(totp ? 'authenticatorOn' : 'authenticatorOff')}</Badge>{' '}
              {totp && owner && id !== me ? (
                <LiftAuthenticator email={email} stale={['users']} lift={() => ask(one.totp.remove.$post({ param: { id } }))} />
              ) : null}
            </>
          ),
        },
      ]}
    />
  );
}

/** Invites somebody; the link is shown once. */
function Invite() {
  const { say } = useLocale();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const invite = useAct(
    () => ask(v1.users.$post({ json: { email: email.trim(), role } })),
    ['users'],
    () => setEmail(''),
  );
  return (
    <>
      {invite.data ? (
        <SecretOnce
          label={say('invitationFor', { email: invite.data.email })}
          value={`${window.location.origin}/invitation#${invite.data.token}`}
        />
      ) : null}
      <FormCard title={say('invite')} label={say('inviteSend')} act={invite} disabled={email.trim() === ''}>
        <Field label={say('email')} type="email" value={email} onChange={setEmail} />
        <Choice
          label={say('role')}
          value={role}
          onChange={setRole}
          options={ROLES.map((value) => ({ value, label: say(`role.${value}Hint`) }))}
        />
      </FormCard>
    </>
  );
}
