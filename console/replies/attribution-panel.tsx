import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Choice, Problem } from '../ui/components.tsx';
import { session } from '../people/session.ts';

export function Why({ replyId, campaign }: { replyId: string; campaign: string | null }) {
  const { say } = useLocale();
  const [open, setOpen] = useState(false);
  const { data: who } = useQuery(session);
  // The details name the number, which this role may not see.
  if (who?.user.role === 'agent-restricted')
    return campaign === null ? null : <p className="why">{say('toCampaign', { name: campaign })}</p>;
  return (
    <details className="why" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {campaign === null ? '' : `${say('toCampaign', { name: campaign })} · `}
        {say('why')}
      </summary>
      {open ? <Reasons replyId={replyId} /> : null}
    </details>
  );
}

function Reasons({ replyId }: { replyId: string }) {
  const { say, number } = useLocale();
  const { data, error } = useQuery({
    queryKey: ['reply', replyId],
    queryFn: () => ask(v1.replies[':id'].$get({ param: { id: replyId } })),
  });
  if (error) return <Problem error={error} />;
  if (!data) return <p>{say('whyLoading')}</p>;
  return (
    <>
      {data.campaign ? <p>{say('answersCampaign', { name: data.campaign.name })}</p> : null}
      {data.message ? <p>{say('answersMessage', { text: data.message.text })}</p> : null}
      <p>
        {say(`why.${data.attribution.method}`)}{' '}
        {data.attribution.candidates > 1 ? say('candidates', { n: number(data.attribution.candidates) }) : ''}
      </p>
      <Candidates replyId={replyId} campaign={data.campaign?.id ?? null} at={data.receivedAt} />
    </>
  );
}

/** Candidate messages in order of time; an owner may correct the choice. */
function Candidates({ replyId, campaign, at }: { replyId: string; campaign: string | null; at: string }) {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  const owner = useOwner();
  const mayRead = !who?.user.role.startsWith('agent');
  const story = useQuery({
    queryKey: ['reply', replyId, 'story'],
    queryFn: () => ask(v1.replies[':id'].attribution.$get({ param: { id: replyId } })),
    enabled: mayRead,
  });
  const [chosen, setChosen] = useState(campaign ?? '');
  const correct = useAct(
    () => ask(v1.replies[':id'].attribution.$put({ param: { id: replyId }, json: { campaign: chosen === '' ? null : chosen } })),
    ['reply', replyId],
  );
  const candidates = story.data?.candidates.toReversed() ?? [];
  const choices = new Map(
    candidates.flatMap((each) => (each.campaignId ? [[each.campaignId, each.campaign ?? each.campaignId] as const] : [])),
  );
  if (candidates.length === 0) return null;
  return (
    <>
      <ol className="timeline" aria-label={say('candidatesInTime')}>
        {candidates.map((each) => (
          <li key={each.messageId} {...(each.campaignId === campaign ? { className: 'chosen', 'aria-current': 'true' } : {})}>
            {when(each.sentAt)} {each.campaign}
          </li>
        ))}
        <li className="reply">
          {when(at)} {say('thisReply')}
        </li>
      </ol>
      {owner && choices.size > 0 ? (
        <details>
          <summary>{say('notThisOne')}</summary>
          <Choice
            label={say('answersWhich')}
            value={chosen}
            onChange={setChosen}
            options={[{ value: '', label: say('noneOfThem') }, ...[...choices].map(([value, label]) => ({ value, label }))]}
          />
          <Problem error={correct.error} />
          <Action isDisabled={chosen === (campaign ?? '') || correct.isPending} onPress={() => correct.mutate()}>
            {say('correct')}
          </Action>
        </details>
      ) : null}
    </>
  );
}
