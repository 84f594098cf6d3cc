import { shownUrl } from '../../domain/callbacks/shown-url.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { DeliveryState } from './deliveries.tsx';
import { Answered } from './endpoint-ping.tsx';
import { Facts, Loaded, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Problem } from '../ui/components.tsx';

const LOOK_MS = 3000;

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** One delivery: what is posted, and every attempt with what came back. */
export function DeliveryPage() {
  const { say, number } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const param = { id };
  const delivery = useQuery({
    queryKey: ['deliveries', 'one', id],
    queryFn: () => ask(v1.deliveries[':id'].$get({ param })),
    refetchInterval: LOOK_MS,
  });
  const request = useQuery({
    queryKey: ['deliveries', 'request', id],
    queryFn: () => ask(v1.deliveries[':id'].request.$get({ param })),
  });
  const made = delivery.data?.attempts;
  const attempts = useQuery({
    queryKey: ['deliveries', 'attempts', id, made],
    queryFn: () => ask(v1.deliveries[':id'].attempts.$get({ param })),
    placeholderData: (before) => before,
  });
  const retry = useAct(() => ask(v1.deliveries[':id'].retry.$post({ param })), ['deliveries']);
  const owner = useOwner();
  return (
    <Loaded of={delivery}>
      {({ event, state, endpointId, createdAt, nextAt, heldReason, channel }) => (
        <>
          <p>
            {endpointId ? (
              <Link to="/settings/callback/$id" params={{ id: endpointId }}>
                {say('backToEndpoint')}
              </Link>
            ) : (
              <Link to="/settings/callback">{say('backToCallback')}</Link>
            )}
          </p>
          <h1>{event?.type ?? say('event')}</h1>
          <Facts
            facts={[
              [say('state'), <DeliveryState key="state" state={state} />],
              [say('created'), when(createdAt)],
              [say('nextTry'), when(nextAt)],
              [say('heldReason'), heldReason],
            ]}
          />
          {owner && (channel === 'callback' || state !== 'delivered') ? (
            <Action isDisabled={retry.isPending} onPress={() => retry.mutate()}>
              {say('retryNow')}
            </Action>
          ) : null}
          <Problem error={retry.error} />
          <h2>{say('request')}</h2>
          <Loaded of={request}>
            {({ url, webhookId, contentType, body }) => (
              <>
                <Facts
                  facts={[
                    ['POST', url && shownUrl(url)],
                    ['webhook-id', <code key="id">{webhookId}</code>],
                    ['content-type', <code key="type">{contentType}</code>],
                  ]}
                />
                {body === '' ? null : (
                  <pre tabIndex={0} aria-label={say('request')}>
                    {pretty(body)}
                  </pre>
                )}
              </>
            )}
          </Loaded>
          <h2>{say('attempts')}</h2>
          <Loaded of={attempts}>
            {({ items }) =>
              items.length === 0 ? (
                <p>{say('noAttempts')}</p>
              ) : (
                <ol className="attempts">
                  {items.map((attempt) => (
                    <li key={attempt.id} className="card">
                      <h3>
                        {say('attemptNumber', { n: number(attempt.number) })} · {when(attempt.startedAt)} ·{' '}
                        {say(`trigger.${attempt.trigger}`)}
                      </h3>
                      <Answered outcome={attempt} />
                    </li>
                  ))}
                </ol>
              )
            }
          </Loaded>
        </>
      )}
    </Loaded>
  );
}
