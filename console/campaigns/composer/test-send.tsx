import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, freshKey, v1 } from '../../api.ts';
import type { CampaignBody } from './draft-model.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Field, Problem } from '../../ui/components.tsx';

const LOOK_MS = 1000;
const ENDED = new Set(['delivered', 'undelivered', 'expired', 'failed', 'skipped', 'simulated', 'in_doubt', 'unknown']);

/** Sends the message to one phone first. */
export function TestSend({ body, text, behind }: { body: CampaignBody; text: string; behind: boolean }) {
  const { say, sayOr } = useLocale();
  const [to, setTo] = useState('');
  const { route, withReplies, allowUnreachable, optimise, simulation, sender } = body;
  const send = useMutation({
    mutationFn: () =>
      ask(
        v1.messages.$post({
          header: { 'idempotency-key': freshKey() },
          json: {
            to,
            text,
            route,
            withReplies,
            allowUnreachable,
            optimise,
            simulation,
            ...(sender === undefined ? {} : { sender }),
          },
        }),
      ),
  });
  const id = send.data?.id ?? '';
  const message = useQuery({
    queryKey: ['message', id],
    queryFn: () => ask(v1.messages[':id'].$get({ param: { id } })),
    enabled: id !== '',
    refetchInterval: ({ state }) => (ENDED.has(state.data?.state ?? '') ? false : LOOK_MS),
  });
  return (
    <details className="more">
      <summary>{say('testSend')}</summary>
      <p className="hint">{say('testSendHint')}</p>
      <div className="row start">
        <Field label={say('testPhone')} type="tel" autoComplete="tel" value={to} onChange={setTo} />
        <Action isDisabled={to === '' || text === '' || behind || send.isPending} onPress={() => send.mutate()}>
          {say('testNow')}
        </Action>
      </div>
      <Problem error={send.error} />
      {send.isSuccess ? (
        <p role="status">{say('testState', { state: sayOr(`message.${message.data?.state ?? 'queued'}`, '') })}</p>
      ) : null}
    </details>
  );
}
