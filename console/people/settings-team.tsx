import { useQuery } from '@tanstack/react-query';
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
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const found = useQuery({ queryKey: ['users'], queryFn: () => ask(v1.users.$get()) });
  const invite = useAct(
    () => ask(v1.users.$post({ json: { email: email.trim(), role } })),
    ['users'],
    () => setEmail(''),
  );
  return (
    <>
      <h1>{say('team')}</h1>
      <p>{say('teamHint')}</p>
      <Loaded of={found}>
        {({ items }) => (
          <Table
            label={say('team')}
            rows={items}
            keyOf={({ id }) => id}
            columns={[
              { name: say('email'), long: true, cell: (user) => user.email },
              { name: say('role'), cell: (user) => say(`role.${user.role}`) },
              {
                name: say('state'),
                cell: ({ joined }) => <Badge tone={joined ? 'good' : 'plain'}>{say(joined ? 'joined' : 'invited')}</Badge>,
              },
              { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
              {
                name: say('actions'),
                shown: owner,
                cell: (user) =>
                  user.id === who?.user.id ? null : (
                    <PersonActions
                      person={user}
                      stale={['users']}
                      change={(to) => ask(v1.users[':id'].$patch({ param: { id: user.id }, json: { role: to } }))}
                      remove={() => ask(v1.users[':id'].$delete({ param: { id: user.id } }))}
                      endSessions={() => ask(v1.users[':id'].sessions.end.$post({ param: { id: user.id } }))}
                    />
                  ),
              },
              {
                name: say('authenticator'),
                cell: ({ id, email, totp }) => (
                  <>
                    <Badge tone={totp ? 'good' : 'plain'}>{say(totp ? 'authenticatorOn' : 'authenticatorOff')}</Badge>{' '}
                    {totp && owner && id !== who?.user.id ? (
                      <LiftAuthenticator
                        email={email}
                        stale={['users']}
                        lift={() => ask(v1.users[':id'].totp.remove.$post({ param: { id } }))}
                      />
                    ) : null}
                  </>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {invite.data ? (
        <SecretOnce
          label={say('invitationFor', { email: invite.data.email })}
          value={`${window.location.origin}/invitation#${invite.data.token}`}
        />
      ) : null}
      {owner ? (
        <FormCard title={say('invite')} label={say('inviteSend')} act={invite} disabled={email.trim() === ''}>
          <Field label={say('email')} type="email" value={email} onChange={setEmail} />
          <Choice
            label={say('role')}
            value={role}
            onChange={setRole}
            options={ROLES.map((value) => ({ value, label: say(`role.${value}Hint`) }))}
          />
        </FormCard>
      ) : null}
      <SignInPolicy />
      {owner && who?.account && !who.account.eraseAt ? (
        <CloseAccount name={who.account.name} stale={session.queryKey} close={(json) => ask(v1.account.close.$post({ json }))} />
      ) : null}
    </>
  );
}
