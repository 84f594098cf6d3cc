import { shownUrl } from '../../domain/callbacks/shown-url.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import type { State } from './deliveries.tsx';
import { Answered } from './endpoint-ping.tsx';
import { Facts, Loaded, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Copy, Problem } from '../ui/components.tsx';

const LOOK_MS = 3000;
const one = v1.deliveries[':id'];

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const toneOf = (state: State) =>
  state === 'delivered' ? 'good' : state === 'exhausted' || state === 'aborted' ? 'bad' : 'plain';

export function DeliveryState({ state }: { state: State }) {
  const { say } = useLocale();
  return <Badge tone={toneOf(state)}>{say(`delivery.${state}`)}</Badge>;
}

const useDelivery = (id: string) =>
  useQuery({
    queryKey: ['deliveries', 'one', id],
    queryFn: () => ask(one.$get({ param: { id } })),
    refetchInterval: LOOK_MS,
  });

/** The page of one delivery, for links. */
export function DeliveryPage() {
  const { say } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const { data } = useDelivery(id);
  return (
    <>
      <p>
        {data?.endpointId ? (
          <Link to="/settings/callback/$id" params={{ id: data.endpointId }}>
            {say('backToEndpoint')}
          </Link>
        ) : (
          <Link to="/settings/callback">{say('backToCallback')}</Link>
        )}
      </p>
      <h1>{data?.event?.type ?? say('event')}</h1>
      <DeliveryDetail id={id} />
    </>
  );
}

/** One delivery: its request, and each attempt with the response. */
export function DeliveryDetail({ id }: { id: string }) {
  const { say } = useLocale();
  const delivery = useDelivery(id);
  const retry = useAct(() => ask(one.retry.$post({ param: { id } })), ['deliveries']);
  const owner = useOwner();
  return (
    <Loaded of={delivery}>
      {({ state, createdAt, nextAt, heldReason, channel, attempts }) => (
        <>
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
          <Posted id={id} />
          <Attempts id={id} made={attempts} />
        </>
      )}
    </Loaded>
  );
}

function Posted({ id }: { id: string }) {
  const { say } = useLocale();
  const request = useQuery({
    queryKey: ['deliveries', 'request', id],
    queryFn: () => ask(one.request.$get({ param: { id } })),
  });
  return (
    <>
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
              <>
                <pre tabIndex={0} aria-label={say('request')}>
                  {pretty(body)}
                </pre>
                <Copy value={body} />
              </>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

/** `made`: number of attempts; each new one reloads them. */
function Attempts({ id, made }: { id: string; made: number }) {
  const { say, number } = useLocale();
  const attempts = useQuery({
    queryKey: ['deliveries', 'attempts', id, made],
    queryFn: () => ask(one.attempts.$get({ param: { id } })),
    placeholderData: (before) => before,
  });
  return (
    <>
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
  );
}
