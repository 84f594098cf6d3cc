import { shownUrl } from '../../domain/callbacks/shown-url.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
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
import { Action, SecretOnce, Problem } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

/** Its health changes with every attempt. */
const LOOK_MS = 3000;

export function EndpointPage() {
  const { say, number } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const owner = useOwner();
  const [secret, setSecret] = useState(newSecrets.get(id));
  // Once the page is left it is gone.
  useEffect(() => () => void newSecrets.delete(id), [id]);
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
        {(data) => (
          <>
            <h1 className="address">{shownUrl(data.url)}</h1>
            {secret === undefined ? null : <SecretOnce label={say('secret')} value={secret} />}
            <Loaded of={health}>
              {(now) => (
                <>
                  <Facts
                    facts={[
                      [say('state'), <Health key="health" health={now.health} />],
                      [say('since'), when(now.since)],
                      [say('description'), data.description],
                      [say('hears'), data.types.join(', ')],
                      [say('format'), say(`format.${data.format}`)],
                      [say('fallbackUrl'), data.fallbackUrl && shownUrl(data.fallbackUrl)],
                      [say('ordered'), data.ordered ? say('yes') : null],
                      [say('timeout'), say('seconds', { n: number(data.timeoutMs / 1000) })],
                      [say('waitingNow'), number(now.waiting.held + now.waiting.retrying + now.waiting.pending)],
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
                      [say('created'), when(data.createdAt)],
                    ]}
                  />
                  {now.misconfigured ? <p className="notice">{say('misconfigured')}</p> : null}
                  {owner ? <Acts id={id} endpoint={data} health={now.health} showSecret={setSecret} /> : null}
                </>
              )}
            </Loaded>
            {owner ? <Ping id={id} /> : null}
            <Deliveries endpoint={id} />
            {owner ? <Replay id={id} /> : null}
          </>
        )}
      </Loaded>
    </>
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
    // On a V0 account it is asked for, and this one signs once an operator has carried it out.
    ({ secret }) => secret !== null && showSecret(secret),
  );
  const remove = useAct(
    () => ask(v1['callback-endpoints'][':id'].$delete({ param })),
    ['endpoints'],
    // On a V0 account it is still there.
    (gone) => gone === null && void navigate({ to: '/settings/callback' }),
  );
  return (
    <>
      <AsksFirst />
      <div className="row start">
        <ChangeEndpoint id={id} endpoint={endpoint} />
        {health === 'paused' ? <Action onPress={() => act.mutate('resume')}>{say('resumePosting')}</Action> : null}
        {['healthy', 'unsteady', 'open', 'recovering'].includes(health) ? (
          <Action onPress={() => act.mutate('pause')}>{say('pausePosting')}</Action>
        ) : null}
        <ConfirmButton label={say('rotate')} question={say('rotateAsk')} act={rotate}>
          <p>{say('rotateHint')}</p>
        </ConfirmButton>
        <ConfirmButton label={say('deleteEndpoint')} question={say('deleteEndpointAsk')} act={remove}>
          <p>{say('deleteEndpointHint')}</p>
        </ConfirmButton>
      </div>
      <AskedNotice of={[act.data, rotate.data, remove.data]} />
      <Problem error={act.error} />
      {['open', 'disabled', 'gone'].includes(health) ? <Enable id={id} /> : null}
    </>
  );
}
