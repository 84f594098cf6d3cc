import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ProgressBar } from 'react-aria-components';
import { refusalOf, v1 } from './api.ts';
import { useLocale } from './locale.tsx';
import { Action, Problem } from './parts.tsx';
import { phoneText } from './phone-text.ts';
import { session } from './session.ts';

type Verb = 'pause' | 'resume' | 'cancel';
/** Receipts come without an event: progress is looked at while there may be some. */
const LOOK_MS = 1500;
const GOOD = ['accepted', 'delivered', 'simulated'];

async function readCampaign(id: string) {
  const response = await v1.campaigns[':id'].$get({ param: { id } });
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}

async function readReplies(campaign: string) {
  const response = await v1.replies.$get({ query: { campaign, limit: '20' } });
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}

export function CampaignPage() {
  const { say, time, number } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const { data: who } = useQuery(session);
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => readCampaign(id),
    refetchInterval: ({ state }) => (state.data?.endedAt ? false : LOOK_MS),
  });
  const replies = useQuery({ queryKey: ['replies', 'campaign', id], queryFn: () => readReplies(id) });
  const act = useMutation({
    mutationFn: async (verb: Verb) => {
      const response = await v1.campaigns[':id'][verb].$post({ param: { id } });
      if (!response.ok) throw await refusalOf(response);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['campaign', id] }),
  });
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (!data) return <p>{say('loading')}</p>;
  const done = GOOD.reduce((sum, state) => sum + (data.progress[state] ?? 0), 0);
  const owner = who?.user.role === 'owner';
  return (
    <div className="page">
      <h1>{data.name}</h1>
      <p>
        {say(data.state)} · {say(data.route)} · <time dateTime={data.createdAt}>{time(data.createdAt)}</time>
      </p>
      <ProgressBar aria-label={say('progress')} value={done} maxValue={Math.max(1, data.total)} className="progress">
        {({ percentage }) => (
          <>
            <span>{say('deliveredOf', { done: number(done), total: number(data.total) })}</span>
            <progress aria-hidden="true" max={100} value={percentage ?? 0} />
          </>
        )}
      </ProgressBar>
      {owner ? (
        <div className="row">
          {data.state === 'launched' ? <Action onPress={() => act.mutate('pause')}>{say('pause')}</Action> : null}
          {data.state === 'paused' ? <Action onPress={() => act.mutate('resume')}>{say('resume')}</Action> : null}
          {data.state === 'launched' || data.state === 'paused' ? (
            <Action kind="danger" onPress={() => act.mutate('cancel')}>
              {say('cancel')}
            </Action>
          ) : null}
        </div>
      ) : null}
      <Problem error={act.error} />
      <h2>{say('message')}</h2>
      <p className="bubble" dir="auto">
        {data.text}
      </p>
      <h2>{say('campaignReplies')}</h2>
      {replies.data?.items.length === 0 ? <p>{say('noReplies')}</p> : null}
      <ul className="replies">
        {replies.data?.items.map((reply) => (
          <li key={reply.id}>
            <strong>{phoneText(reply.from)}</strong> <span dir="auto">{reply.text}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
