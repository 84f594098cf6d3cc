import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Password, Problem } from './components.tsx';

/** Asks for the password before a sensitive action. Not a form: it may be inside one. */
export function PasswordAgain() {
  const { say } = useLocale();
  const [password, setPassword] = useState('');
  const confirm = useMutation({ mutationFn: () => ask(v1.session.confirm.$post({ json: { password } })) });
  // For people who sign in by a provider.
  const provider = useMutation({
    mutationFn: () => ask(v1.session['single-sign-on'].$post({ json: { again: true } })),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  if (confirm.isSuccess) return <p role="status">{say('passwordAgainDone')}</p>;
  return (
    <>
      <Password
        label={say('password')}
        value={password}
        onChange={setPassword}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          confirm.mutate();
        }}
      />
      <Problem error={confirm.error ?? provider.error} />
      <Action isDisabled={password === '' || confirm.isPending} onPress={() => confirm.mutate()}>
        {say('confirmPassword')}
      </Action>{' '}
      <Action onPress={() => provider.mutate()}>{say('signInByProvider')}</Action>
    </>
  );
}
