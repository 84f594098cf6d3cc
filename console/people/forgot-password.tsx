import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Field } from '../ui/components.tsx';

/** Gives the same answer for unknown addresses. */
export function ForgottenPage() {
  const { say, locale } = useLocale();
  const [email, setEmail] = useState('');
  const send = useMutation({
    mutationFn: (to: string) => ask(v1.session['forgotten-password'].$post({ json: { email: to, locale } })),
  });
  return (
    <main className="lone">
      <h1>{say('forgottenPassword')}</h1>
      {send.isSuccess ? (
        <div className="notice" role="status">
          <p>{say('forgottenSent', { email: send.variables })}</p>
          <p>{say('forgottenNothing')}</p>
        </div>
      ) : null}
      <FormCard
        label={say('forgottenSend')}
        act={{ ...send, mutate: () => send.mutate(email.trim()) }}
        disabled={email.trim() === ''}
      >
        <p>{say('forgottenHint')}</p>
        <Field label={say('email')} type="email" autoComplete="username" required value={email} onChange={setEmail} />
      </FormCard>
      <p>
        <Link to="/">{say('backToSignIn')}</Link>
      </p>
    </main>
  );
}
