import { shownUrl } from '../../domain/callbacks/shown-url.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import { useEffect, useState, type ReactNode } from 'react';
import { ask, v1 } from '../api.ts';
import { AskedNotice, AsksFirst } from '../accounts/asked-notice.tsx';
import { useAct, useOwner } from '../query-hooks.ts';
import { ChangeEndpoint, type Endpoint } from './change-endpoint.tsx';
import { Deliveries } from './deliveries.tsx';
import { Health } from './endpoint-health.tsx';
import { Enable, Replay } from './endpoint-replay.tsx';
import { Ping } from './endpoint-ping.tsx';
import { Facts, Loaded, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { newSecrets } from './new-secrets.ts';
import { Action, Copy, SecretOnce, Problem } from '../ui/components.tsx';
import { Sparkline } from '../ui/tables/sparkline.tsx';
import { Tabbed } from '../ui/layout/tabs.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

type EndpointHealth = InferResponseType<(typeof v1)['callback-endpoints'][':id']['health']['$get'], 200>;

const LOOK_MS = 3000;

type Tab = 'deliveries' | 'settings' | 'ping' | 'replay';

export function EndpointPage() {
  const { say } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const param = { id };
  const endpoint = useQuery({
    queryKey: ['endpoints', id],
    queryFn: () => ask(v1['callback-endpoints'][':id'].$get({ param })),
    refetchInterval: LOOK_MS,
  });
  const health = useQuery({
    queryKey: ['endpoints', id, 'health'],
    queryFn: () => ask(v1['callback-endpoints'][':id'].health.$get({ param })),
    refetchInterval: LOOK_MS,
  });
  return (
    <>
      <p>
        <Link to="/settings/callback">{say('backToCallback')}</Link>
      </p>
      <Loaded of={endpoint}>
        {(data) => <Loaded of={health}>{(now) => <Shown id={id} endpoint={data} health={now} />}</Loaded>}
      </Loaded>
    </>
  );
}

type ShownProps = { id: string; endpoint: Endpoint & { createdAt: string }; health: EndpointHealth };

function Shown({ id, endpoint, health }: ShownProps) {
  const { say } = useLocale();
  const owner = useOwner();
  const navigate = useNavigate();
  const { tab } = useSearch({ from: '/settings/callback/$id' });
  const [secret, setSecret] = useState(newSecrets.get(id));
  useEffect(() => () => void newSecrets.delete(id), [id]);
  const tabs: { id: Tab; name: string; shown: () => ReactNode }[] = [
    { id: 'deliveries', name: say('deliveries'), shown: () => <Deliveries endpoint={id} /> },
    { id: 'settings', name: say('settings'), shown: () => <Settings endpoint={endpoint} /> },
    { id: 'ping', name: say('pingTitle'), shown: () => <Ping id={id} /> },
    { id: 'replay', name: say('replayTitle'), shown: () => <Replay id={id} /> },
  ];
  const mine = owner ? tabs : tabs.slice(0, 2);
  return (
    <>
      <EndpointHead endpoint={endpoint} health={health} />
      {secret === undefined ? null : <SecretOnce label={say('secret')} value={secret} />}
      {health.misconfigured ? <p className="notice">{say('misconfigured')}</p> : null}
      {owner ? <Acts id={id} endpoint={endpoint} health={health.health} showSecret={setSecret} /> : null}
      <Tabbed
        label={endpoint.description || say('address')}
        tabs={mine}
        chosen={mine.find((each) => each.id === tab)?.id ?? 'deliveries'}
        choose={(next) => void navigate({ to: '.', search: { tab: next }, replace: true })}
      />
    </>
  );
}

/** URL, health and success rate of the last hour. */
function EndpointHead({ endpoint, health: now }: Pick<ShownProps, 'endpoint' | 'health'>) {
  const { say, number, percent } = useLocale();
  const attempts = now.lastHour.reduce((sum, minute) => sum + minute.attempts, 0);
  const taken = now.lastHour.reduce((sum, minute) => sum + minute.attempts - minute.failures, 0);
  return (
    <>
      <div className="row start">
        <h1>{shownUrl(endpoint.url)}</h1>
        <Copy value={endpoint.url} />
        <Health health={now.health} />
        {attempts > 0 ? (
          <span className="row start">
            <Sparkline values={now.lastHour.map((minute) => 1 - minute.failures / minute.attempts)} />
            {say('takenLastHour', { percent: percent(taken, attempts), n: number(attempts) })}
          </span>
        ) : null}
      </div>
      <Facts
        facts={[
          [say('since'), when(now.since)],
          [say('stateWaiting'), number(now.waiting.held + now.waiting.retrying + now.waiting.pending)],
          [say('oldestWaiting'), when(now.oldestWaitingSince)],
          [say('lastSuccess'), when(now.lastSuccessAt)],
          [
            say('lastFailure'),
            now.lastFailure ? (
              <>
                <code>{now.lastFailure.status ?? now.lastFailure.class}</code> · {when(now.lastFailure.at)}
              </>
            ) : null,
          ],
          [say('nextTry'), when(now.nextTryAt)],
        ]}
      />
    </>
  );
}

function Settings({ endpoint }: Pick<ShownProps, 'endpoint'>) {
  const { say, number } = useLocale();
  return (
    <Facts
      facts={[
        [say('description'), endpoint.description],
        [say('events'), endpoint.types.join(', ')],
        [say('format'), say(`format.${endpoint.format}`)],
        [say('fallbackUrl'), endpoint.fallbackUrl && shownUrl(endpoint.fallbackUrl)],
        [say('ordered'), endpoint.ordered ? say('yes') : null],
        [say('timeout'), say('seconds', { n: number(endpoint.timeoutMs / 1000) })],
        [say('created'), when(endpoint.createdAt)],
      ]}
    />
  );
}

type ActsProps = { id: string; endpoint: Endpoint; health: string; showSecret: (secret: string) => void };

function Acts({ id, endpoint, health, showSecret }: ActsProps) {
  const { say } = useLocale();
  const navigate = useNavigate();
  const param = { id };
  const act = useAct((verb: 'pause' | 'resume') => ask(v1['callback-endpoints'][':id'][verb].$post({ param })), ['endpoints']);
  const rotate = useAct(
    () => ask(v1['callback-endpoints'][':id'].secrets.$post({ param, json: {} })),
    ['endpoints', id],
    // On V0 this is a request; the secret signs once an operator carries it out.
    ({ secret }) => secret !== null && showSecret(secret),
  );
  const remove = useAct(
    () => ask(v1['callback-endpoints'][':id'].$delete({ param })),
    ['endpoints'],
    // On V0 it still exists.
    (gone) => gone === null && void navigate({ to: '/settings/callback' }),
  );
  return (
    <>
      <AsksFirst />
      <div className="row start">
        <ChangeEndpoint id={id} endpoint={endpoint} />
        {health === 'paused' ? <Action onPress={() => act.mutate('resume')}>{say('resume')}</Action> : null}
        {['healthy', 'unsteady', 'open', 'recovering'].includes(health) ? (
          <Action onPress={() => act.mutate('pause')}>{say('pause')}</Action>
        ) : null}
        <ConfirmButton label={say('rotate')} question={say('rotateAsk')} act={rotate}>
          <p>{say('rotateHint')}</p>
        </ConfirmButton>
        <ConfirmButton label={say('delete')} question={say('deleteEndpointAsk')} act={remove}>
          <p>{say('deleteEndpointHint')}</p>
        </ConfirmButton>
      </div>
      <AskedNotice of={[act.data, rotate.data, remove.data]} />
      <Problem error={act.error} />
      {['open', 'disabled', 'gone'].includes(health) ? <Enable id={id} /> : null}
    </>
  );
}
