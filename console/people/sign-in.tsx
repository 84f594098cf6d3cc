import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { ask, Refusal, v1 } from '../api.ts';
import { CodeField } from './code-field.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Field, FormCard, Password, Problem } from '../ui/components.tsx';
import { lazyPart, withWords } from '../ui/lazy-part.ts';
import { session } from './session.ts';

const SignOnRefused = lazyPart(withWords(async () => (await import('./sign-on-refused.tsx')).SignOnRefused));

/** `ended`: the session ended by itself. */
export function SignIn({ ended }: { ended: boolean }) {
  const { say, locale, change } = useLocale();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const enter = useMutation({
    mutationFn: () => ask(v1.session.$post({ json: { email, password, ...(code === '' ? {} : { code }) } })),
    onSuccess: (signedIn) => {
      queries.setQueryData(session.queryKey, signedIn);
      // Refused queries run again.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== session.queryKey[0] });
    },
    onError: (error) => {
      if (error instanceof Refusal && error.code === 'code-required') setAsksCode(true);
    },
  });
  const provider = useMutation({
    mutationFn: () => ask(v1.session['single-sign-on'].$post({ json: email.trim() === '' ? {} : { email: email.trim() } })),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const refused = new URLSearchParams(window.location.search).get('refused');
  return (
    <main className="lone">
      <h1>
        <img src="/icon.svg" alt="" width="40" height="40" /> {say('product')}
      </h1>
      {ended ? (
        <p role="status" className="notice">
          {say('sessionEnded')}
        </p>
      ) : null}
      {refused === null ? null : (
        <Suspense>
          <SignOnRefused why={refused} />
        </Suspense>
      )}
      <FormCard label={say('signIn')} act={enter}>
        <Field label={say('email')} type="email" autoComplete="username" required value={email} onChange={setEmail} />
        <Password label={say('password')} required value={password} onChange={setPassword} />
        {asksCode ? <CodeField value={code} onChange={setCode} /> : null}
      </FormCard>
      <Problem error={provider.error} />
      <Action isDisabled={provider.isPending} onPress={() => provider.mutate()}>
        {say('signInByProvider')}
      </Action>
      <p>
        <Link to="/forgotten" className="button link">
          {say('forgottenAsk')}
        </Link>
      </p>
      <Action onPress={() => change(locale === 'fr' ? 'en' : 'fr')}>
        <span lang={locale === 'fr' ? 'en' : 'fr'}>{say('language')}</span>
      </Action>
    </main>
  );
}
