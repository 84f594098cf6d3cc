import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../../api.ts';
import { Facts } from '../../ui/list.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { OwnSessions } from './me-sessions.tsx';
import { Authenticator } from './me-authenticator.tsx';
import { FormCard, Password } from '../../ui/components.tsx';
import { PushSettings } from './me-push.tsx';
import { session } from '../session.ts';

export function MePage() {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  if (!who) return null;
  return (
    <div className="page">
      <h1>{say('me')}</h1>
      <Facts
        facts={[
          [say('email'), who.user.email],
          [say('account'), who.account?.name],
          [say('role'), say(`role.${who.user.role}`)],
        ]}
      />
      {who.account ? <PushSettings /> : null}
      <ChangePassword />
      <Authenticator user={who.user} />
      <OwnSessions />
    </div>
  );
}

function ChangePassword() {
  const { say } = useLocale();
  const queries = useQueryClient();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () => ask(v1.session.password.$put({ json: { current, password } })),
    onSuccess: (now) => {
      queries.setQueryData(session.queryKey, now);
      setCurrent('');
      setPassword('');
    },
  });
  return (
    <FormCard
      title={say('changePassword')}
      label={say('changePassword')}
      act={change}
      disabled={current === '' || password === ''}
    >
      <p>{say('changePasswordHint')}</p>
      <div className="fields">
        <Password label={say('currentPassword')} value={current} onChange={setCurrent} />
        <Password fresh label={say('newPassword')} hint={say('choosePasswordHint')} value={password} onChange={setPassword} />
      </div>
      <p role="status">{change.isSuccess ? say('passwordChanged') : ''}</p>
    </FormCard>
  );
}
