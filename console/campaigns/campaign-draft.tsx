import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import { ProgressBar } from 'react-aria-components';
import { ask, v1 } from '../api.ts';
import { orNone, useAct, useOwner } from '../query-hooks.ts';
import type { Campaign } from './composer/draft-model.ts';
import { Faults } from '../ui/faults.tsx';
import { Facts } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Problem } from '../ui/components.tsx';
import { PhonePreview } from './composer/phone-preview.tsx';
import { Verdict } from './composer/preview-panel.tsx';
import type { Preview } from './composer/use-preview.ts';
import { Review, type Departure } from './composer/review-send.tsx';

type Import = InferResponseType<(typeof v1.campaigns)[':id']['recipients']['$get'], 200>;
const LOOK_MS = 500;

/** A draft while its list is checked, and its review before sending. */
export function CampaignDraft({ campaign }: { campaign: Campaign }) {
  const { say } = useLocale();
  const owner = useOwner();
  const { id, state } = campaign;
  const list = useQuery({
    queryKey: ['import', id, state],
    queryFn: () => orNone(ask(v1.campaigns[':id'].recipients.$get({ param: { id } }))),
    refetchInterval: (query) => (query.state.data?.endedAt === null ? LOOK_MS : false),
  });
  const { data } = list;
  if (list.error) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (data === undefined) return <p>{say('loading')}</p>;
  return (
    <>
      {data === null ? <p>{say('noListYet')}</p> : <Looked list={data} />}
      {state === 'importing' && data?.state === 'ready' ? <p role="status">{say('loading')}</p> : null}
      {state === 'ready' && data?.state === 'ready' && owner ? <Ready campaign={campaign} list={data} /> : null}
      {owner && data?.endedAt !== null && state === 'draft' ? (
        <Link to="/campaigns/$id/edit" params={{ id }} className="button main">
          {say('chooseList')}
        </Link>
      ) : null}
    </>
  );
}

function Looked({ list }: { list: Import }) {
  const { say, number, locale } = useLocale();
  const { id, listed, through, accepted, invalid, duplicates, endedAt, error, campaignId } = list;
  if (endedAt === null) {
    return (
      <ProgressBar aria-label={say('lookingAtList')} value={through} maxValue={Math.max(1, listed)} className="progress">
        {({ percentage }) => (
          <>
            <span>{say('lookedAt', { through: number(through), listed: number(listed) })}</span>
            <progress aria-hidden="true" max={100} value={percentage ?? 0} />
          </>
        )}
      </ProgressBar>
    );
  }
  return (
    <>
      <h2>{say('theList')}</h2>
      {error ? (
        <div role="alert" className="problem">
          <p>{say('listFailed')}</p>
          <Faults faults={[error]} />
        </div>
      ) : (
        <Facts
          facts={[
            [say('rowsListed'), number(listed)],
            [say('rowsAccepted'), number(accepted)],
            [say('rowsInvalid'), number(invalid)],
            [say('duplicatesRemoved'), number(duplicates)],
          ]}
        />
      )}
      {invalid > 0 && !error ? (
        <p>
          <a key={id} href={`/v1/campaigns/${campaignId}/recipients/faults?language=${locale}`} download>
            {say('downloadFaults')}
          </a>
        </p>
      ) : null}
      {accepted === 0 && !error ? <p role="alert">{say('nobodyLeft')}</p> : null}
    </>
  );
}

/** The full preview, and the button that sends. */
function Ready({ campaign, list }: { campaign: Campaign; list: Import }) {
  const { id, total, segments, cost, name, sendAt, text } = campaign;
  const { say, number } = useLocale();
  const { invalid } = list;
  const one = v1.campaigns[':id'];
  const preview = useQuery({
    queryKey: ['full-preview', list.id],
    queryFn: async () => {
      const found = await orNone(ask(one.preview.full.$get({ param: { id } })));
      return found && !found.stale ? found : ask(one.preview.full.$post({ param: { id } }));
    },
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? LOOK_MS : false),
  });
  const launch = useAct(
    (departure: Departure) => ask(one.launch.$post({ param: { id }, json: { skipInvalid: invalid > 0, ...departure } })),
    ['campaign', id],
  );
  const result = preview.data?.result ?? null;
  const without = invalid === 0 ? '' : say(invalid === 1 ? 'withoutRow' : 'withoutRows', { n: number(invalid) });
  const labelOf = (n: number): string => `${n === 1 ? say('sendCampaignOne') : say('sendCampaign', { n: number(n) })}${without}`;
  return (
    <>
      <Problem error={preview.error} retry={() => void preview.refetch()} />
      <p className="hint">{say('nothingSentYet')}</p>
      {result === null ? (
        <p role="status">{say('previewing', { through: number(preview.data?.through ?? 0) })}</p>
      ) : (
        <div className="composer">
          <div>
            <Verdict preview={result} troubles={result.refusals} />
            <Review
              of={[id, list.id, sendAt]}
              look={async () =>
                atThisHour(result, await ask(one.preview.$post({ param: { id }, json: {} })), { total, segments, cost })
              }
              name={name}
              sendAt={sendAt}
              labelOf={labelOf}
              act={launch}
            />
          </div>
          <PhonePreview preview={result} text={text} />
        </div>
      )}
    </>
  );
}

type Whole = Pick<Campaign, 'total' | 'segments' | 'cost'>;

/** The full preview with the quiet hours of now. Invalid rows are not sent. */
function atThisHour(found: Preview, now: Preview, { total, segments, cost }: Whole): Preview {
  const hours = ({ code }: Preview['warnings'][number]): boolean => code === 'quiet-hours';
  return {
    ...found,
    cost,
    accepted: true,
    refusals: [],
    recipients: { ...found.recipients, kept: total },
    segments: { ...found.segments, total: segments },
    quietHours: now.quietHours,
    warnings: [...found.warnings.filter((each) => !hours(each)), ...now.warnings.filter(hours)],
  };
}
