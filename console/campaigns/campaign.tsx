import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { CampaignProgress } from './campaign-progress.tsx';
import { CampaignReplies } from '../replies/campaign-replies.tsx';
import { CampaignRecipients } from './campaign-recipients.tsx';
import { CampaignFigures } from './campaign-results.tsx';
import './campaigns.css';
import { Standing, useComing } from './campaign-standing.tsx';
import type { Campaign } from './composer/draft-model.ts';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Problem, Skeleton } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Tabbed } from '../ui/layout/tabs.tsx';
import { lazyPart } from '../ui/lazy-part.ts';
import { heldMs, Undo } from './undo-send.tsx';
import { Scheduled, WriteAgain } from './write-again.tsx';

const CampaignDraft = lazyPart(async () => (await import('./campaign-draft.tsx')).CampaignDraft);
const CampaignStatistics = lazyPart(async () => (await import('./campaign-statistics.tsx')).CampaignStatistics);

type Verb = 'pause' | 'resume' | 'cancel';
/** Receipts emit no event: progress is polled. */
const LOOK_MS = 1500;
const UNSENT: ReadonlySet<Campaign['state']> = new Set(['draft', 'importing', 'ready']);

export function CampaignPage() {
  const { id = '' } = useParams({ strict: false });
  const campaign = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => ask(v1.campaigns[':id'].$get({ param: { id } })),
    refetchInterval: ({ state }) => (state.data?.endedAt ? false : LOOK_MS),
  });
  return (
    <div className="page">
      <Loaded of={campaign}>{(data) => <Shown campaign={data} />}</Loaded>
    </div>
  );
}

function Shown({ campaign }: { campaign: Campaign }) {
  const { say, time } = useLocale();
  const owner = useOwner();
  const { launchedAt } = campaign;
  const sent = campaign.sendAt ?? launchedAt ?? campaign.createdAt;
  return (
    <>
      <div className="row">
        <h1>{campaign.name}</h1>
        {owner ? <NextSteps campaign={campaign} /> : null}
      </div>
      <p>
        <Standing campaign={campaign} /> <Badge>{say(campaign.route)}</Badge>{' '}
        <time dateTime={sent} className="hint">
          {time(sent)}
        </time>
      </p>
      <Notices campaign={campaign} />
      {launchedAt === null ? null : <CampaignProgress campaign={campaign} />}
      {owner ? <Changes campaign={campaign} /> : null}
      {launchedAt === null ? null : (
        <>
          <CampaignFigures campaign={campaign} />
          <CampaignTabs campaign={campaign} />
        </>
      )}
      <h2>{say('message')}</h2>
      <p className="bubble" dir="auto">
        {campaign.text}
      </p>
      {UNSENT.has(campaign.state) ? (
        <Suspense fallback={<Skeleton />}>
          <CampaignDraft campaign={campaign} />
        </Suspense>
      ) : null}
    </>
  );
}

/** Edits a draft; writes a sent campaign again. */
function NextSteps({ campaign }: { campaign: Campaign }) {
  const { say } = useLocale();
  const { id, state } = campaign;
  if (state === 'importing') return null;
  if (UNSENT.has(state)) {
    return (
      <Link to="/campaigns/$id/edit" params={{ id }} className="button plain">
        {say('editCampaign')}
      </Link>
    );
  }
  return (
    <div className="row start">
      <WriteAgain campaign={campaign} />
      <Link to="/campaigns/new" search={{ from: id }} className="button plain">
        {say('duplicate')}
      </Link>
    </div>
  );
}

function Notices({ campaign: { state, launchedAt, progress, total, replaces, sendAt } }: { campaign: Campaign }) {
  const { say, time } = useLocale();
  const at = useComing(UNSENT.has(state) ? sendAt : null);
  const allKept = (progress['queued'] ?? 0) + (progress['skipped'] ?? 0) === total;
  return (
    <>
      {at === null ? null : <p className="notice">{say('goesAt', { at: time(at) })}</p>}
      {replaces !== null && UNSENT.has(state) ? (
        <p className="notice">
          {say('replacesHint')}{' '}
          <Link to="/campaigns/$id" params={{ id: replaces }}>
            {say('replacedCampaign')}
          </Link>
        </p>
      ) : null}
      {state === 'cancelled' && launchedAt !== null && allKept ? <p className="notice">{say('nothingWent')}</p> : null}
    </>
  );
}

const TABS = ['replies', 'recipients', 'statistics'] as const;

/** One tab at a time, named in the address. */
function CampaignTabs({ campaign }: { campaign: Campaign }) {
  const { say } = useLocale();
  const navigate = useNavigate();
  const { tab } = useSearch({ strict: false });
  return (
    <Tabbed
      label={say('results')}
      chosen={TABS.find((each) => each === tab) ?? 'replies'}
      choose={(next) => void navigate({ to: '.', search: { tab: next }, replace: true })}
      tabs={[
        { id: 'replies', name: say('repliesWord'), shown: () => <CampaignReplies id={campaign.id} /> },
        { id: 'recipients', name: say('recipients'), shown: () => <CampaignRecipients campaign={campaign} /> },
        {
          id: 'statistics',
          name: say('statistics'),
          shown: () => (
            <Suspense fallback={<Skeleton />}>
              <CampaignStatistics campaign={campaign} />
            </Suspense>
          ),
        },
      ]}
    />
  );
}

function Changes({ campaign }: { campaign: Campaign }) {
  const { id, state, endedAt } = campaign;
  const held = heldMs(campaign);
  const coming = useComing(campaign.sendAt);
  const { say } = useLocale();
  const act = useAct((verb: Verb) => ask(v1.campaigns[':id'][verb].$post({ param: { id } })), ['campaign', id]);
  const cancel = { ...act, mutateAsync: () => act.mutateAsync('cancel') };
  if (endedAt !== null || state === 'completed' || state === 'cancelled') return null;
  if (held !== null) {
    return (
      <>
        <Undo leftMs={held} act={act} />
        <Problem error={act.error} />
      </>
    );
  }
  return (
    <>
      <div className="row start">
        {coming === null ? null : <Scheduled campaign={campaign} />}
        {state === 'launched' ? <Action onPress={() => act.mutate('pause')}>{say('pause')}</Action> : null}
        {state === 'paused' ? <Action onPress={() => act.mutate('resume')}>{say('resume')}</Action> : null}
        <ConfirmButton label={say('cancel')} question={say('cancelAsk')} act={cancel}>
          <p>{say('cancelHint')}</p>
        </ConfirmButton>
      </div>
      <Problem error={act.error} />
    </>
  );
}
