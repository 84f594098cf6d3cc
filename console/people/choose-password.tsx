import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, Refusal, v1 } from '../api.ts';
import { CodeField } from './code-field.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Password } from '../ui/components.tsx';
import { session } from './session.ts';
import type { Word } from '../i18n/fr/index.ts';

export const InvitationPage = () => <ChoosePassword title="choosePassword" label="join" />;
export const NewPasswordPage = () => <ChoosePassword title="chooseNewPassword" label="saveAndSignIn" />;

/** The token is in the URL fragment, which servers and logs never see. */
function ChoosePassword({ title, label }: { title: Word; label: Word }) {
  const { say } = useLocale();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const choose = useMutation({
    mutationFn: () => {
      const json = { token: window.location.hash.slice(1), password, ...(code === '' ? {} : { code }) };
      return ask(v1.session.invitation.$post({ json }));
    },
    onSuccess: (signedIn) => {
      queries.setQueryData(session.queryKey, signedIn);
      void navigate({ to: '/', replace: true });
    },
    onError: (error) => {
      if (error instanceof Refusal && error.code === 'code-required') setAsksCode(true);
    },
  });
  return (
    <main className="lone">
      <h1>{say(title)}</h1>
      <FormCard label={say(label)} act={choose}>
        <Password
          fresh
          label={say('password')}
          hint={say('choosePasswordHint')}
          required
          value={password}
          onChange={setPassword}
        />
        {asksCode ? <CodeField value={code} onChange={setCode} /> : null}
      </FormCard>
    </main>
  );
}
