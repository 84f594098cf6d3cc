import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { CloseAccount } from './close-account.tsx';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Choice, Field, SecretOnce } from '../ui/components.tsx';
import { PeopleTable, ROLES, type Role } from './person-actions.tsx';
import { session } from './session.ts';
import { SignInPolicy } from './sign-in-policy.tsx';

export function TeamSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const { data: who } = useQuery(session);
  const found = useQuery({ queryKey: ['users'], queryFn: () => ask(v1.users.$get()) });
  const one = v1.users[':id'];
  const others = ({ id }: { id: string }): boolean => owner && id !== who?.user.id;
  return (
    <>
      <h1>{say('team')}</h1>
      <p>{say('teamHint')}</p>
      <Loaded of={found}>
        {({ items }) => (
          <PeopleTable
            people={items}
            stale={['users']}
            may={others}
            mayLift={others}
            actsOn={(id) => ({
              change: (role) => ask(one.$patch({ param: { id }, json: { role } })),
              remove: () => ask(one.$delete({ param: { id } })),
              endSessions: () => ask(one.sessions.end.$post({ param: { id } })),
              lift: () => ask(one.totp.remove.$post({ param: { id } })),
            })}
          />
        )}
      </Loaded>
      {owner ? <Invite /> : null}
      <SignInPolicy />
      {owner && who?.account && !who.account.eraseAt ? (
        <CloseAccount name={who.account.name} stale={session.queryKey} close={(json) => ask(v1.account.close.$post({ json }))} />
      ) : null}
    </>
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
