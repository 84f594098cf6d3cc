import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import { freshKey, refusalOf, v1 } from './api.ts';
import { useLocale } from './locale.tsx';
import { Meter } from './meter.tsx';
import { Action, Field, Problem } from './parts.tsx';

export function Answer({ conversationId }: { conversationId: string }) {
  const { say } = useLocale();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  // The same key until it is accepted: a second try after a lost answer sends no second SMS.
  const key = useRef(freshKey());
  const send = useMutation({
    mutationFn: async () => {
      const response = await v1.conversations[':id'].messages.$post({
        param: { id: conversationId },
        header: { 'idempotency-key': key.current },
        json: { text },
      });
      if (response.status === 202) return response.json();
      throw await refusalOf(response);
    },
    onSuccess: () => {
      key.current = freshKey();
      setText('');
      return queries.invalidateQueries({ queryKey: ['thread', conversationId] });
    },
  });
  function change(next: string): void {
    if (send.isError) key.current = freshKey();
    setText(next);
  }
  function submit(): void {
    if (text !== '' && !send.isPending) send.mutate();
  }
  return (
    <Form
      id="answer"
      className="answer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        label={say('yourAnswer')}
        rows={2}
        value={text}
        onChange={change}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
          else event.continuePropagation();
        }}
      />
      <Problem error={send.error} />
      <div className="row">
        <Meter text={text} />
        <Action kind="main" type="submit" isDisabled={text === '' || send.isPending}>
          {send.isPending ? say('sending') : say('send')}
        </Action>
      </div>
    </Form>
  );
}
