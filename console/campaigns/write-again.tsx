import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { instantOf } from '../../domain/zoned-time.ts';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAccount, useAct } from '../query-hooks.ts';
import { Action, Field, Problem } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { toast } from '../ui/toast.tsx';
import { useResults } from './campaign-results.tsx';
import { localTime, type Campaign } from './composer/draft-model.ts';

const { again, reschedule } = v1.campaigns[':id'];
type Asked = Parameters<typeof again.$post>[0]['json'];
const NOT_REACHED = ['undelivered', 'expired', 'failed', 'skipped'];

function useAgain(id: string) {
  const navigate = useNavigate();
  return useAct(
    (json: Asked) => ask(again.$post({ param: { id }, json })),
    ['campaigns'],
    (draft) => void navigate({ to: '/campaigns/$id', params: { id: draft.id } }),
  );
}

/** Drafts for recipients not reached, or who have not answered. */
export function WriteAgain({ campaign: { id, name, total, progress, withReplies, endedAt } }: { campaign: Campaign }) {
  const { say, number } = useLocale();
  const write = useAgain(id);
  const { data: results } = useResults(id, total);
  const missed = NOT_REACHED.reduce((sum, state) => sum + (progress[state] ?? 0), 0);
  const silent = (progress['delivered'] ?? 0) + (progress['accepted'] ?? 0) - (results?.repliers ?? 0);
  const choices = [
    { to: 'not-reached' as const, n: endedAt === null ? 0 : missed, word: 'againNotReached' as const },
    { to: 'not-answered' as const, n: withReplies && results ? silent : 0, word: 'againNotAnswered' as const },
  ];
  return (
    <>
      <Problem error={write.error} />
      {choices
        .filter(({ n }) => n > 0)
        .map(({ to, n, word }) => (
          <Action
            key={to}
            isDisabled={write.isPending}
            onPress={() => write.mutate({ to, name: say('reminderOf', { name }).slice(0, 200) })}
          >
            {say(word, { n: number(n) })}
          </Action>
        ))}
    </>
  );
}

/** Edits a scheduled campaign (by a draft that replaces it), or moves it. */
export function Scheduled({ campaign: { id, sendAt } }: { campaign: Campaign }) {
  const { say, time } = useLocale();
  const { data: account } = useAccount();
  const change = useAgain(id);
  const [at, setAt] = useState('');
  const move = useAct(
    async () => {
      const moved = new Date(instantOf(Date.parse(`${at}Z`), account?.timeZone ?? 'UTC')).toISOString();
      return ask(reschedule.$post({ param: { id }, json: { sendAt: moved } }));
    },
    ['campaign', id],
    ({ sendAt: moved, warnings }) =>
      toast([say('rescheduled', { at: time(moved ?? '') }), ...warnings.map(({ detail }) => detail)].join(' ')),
  );
  if (!account || sendAt === null) return null;
  const shown = at === '' ? localTime(new Date(sendAt), account.timeZone) : at;
  return (
    <>
      <Action isDisabled={change.isPending} onPress={() => change.mutate({ to: 'all', replace: true })}>
        {say('editCampaign')}
      </Action>
      <ConfirmButton kind="plain" label={say('reschedule')} question={say('rescheduleAsk')} act={move} disabled={at === ''}>
        <Field
          label={say('sendAt')}
          hint={say('sendAtHint', { zone: account.timeZone })}
          type="datetime-local"
          value={shown}
          onChange={setAt}
        />
      </ConfirmButton>
      <Problem error={change.error} />
    </>
  );
}
