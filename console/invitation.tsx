import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { refusalOf, v1 } from './api.ts';
import { useLocale } from './locale.tsx';
import { Action, Field, Problem } from './parts.tsx';
import { session } from './session.ts';

/** The token stands behind the #: no server and no log sees it before it is used. */
export function InvitationPage() {
  const { say } = useLocale();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const join = useMutation({
    mutationFn: async () => {
      const response = await v1.session.invitation.$post({ json: { token: window.location.hash.slice(1), password } });
      if (response.status === 200) return response.json();
      throw await refusalOf(response);
    },
    onSuccess: (signedIn) => {
      queries.setQueryData(session.queryKey, signedIn);
      void navigate({ to: '/', replace: true });
    },
  });
  return (
    <main className="lone">
      <h1>{say('choosePassword')}</h1>
      <Form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          join.mutate();
        }}
      >
        <Field
          label={say('password')}
          hint={say('choosePasswordHint')}
          type="password"
          autoComplete="new-password"
          required
          value={password}
          onChange={setPassword}
        />
        <Problem error={join.error} />
        <Action kind="main" type="submit" isDisabled={join.isPending}>
          {say('join')}
        </Action>
      </Form>
    </main>
  );
}
