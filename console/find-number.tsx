import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { refusalOf, v1 } from './api.ts';
import { useLocale } from './locale.tsx';
import { Field, Problem } from './parts.tsx';

/** Opens the conversation with a number, wherever it stands in the list. */
export function FindNumber() {
  const { say } = useLocale();
  const navigate = useNavigate();
  const [from, setFrom] = useState('');
  const find = useMutation({
    mutationFn: async () => {
      const response = await v1.replies.$get({ query: { from, limit: '1' } });
      if (response.status !== 200) throw await refusalOf(response);
      return (await response.json()).items[0]?.conversationId ?? null;
    },
    onSuccess: (id) => {
      if (id !== null) void navigate({ to: '/chat/$id', params: { id } });
    },
  });
  return (
    <Form
      id="find"
      onSubmit={(event) => {
        event.preventDefault();
        find.mutate();
      }}
    >
      <Field label={say('findNumber')} type="tel" value={from} onChange={setFrom} />
      <Problem error={find.error} />
      <p role="status">{find.data === null ? say('numberNotFound') : ''}</p>
    </Form>
  );
}
