import { useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { useAct, usePages } from '../query-hooks.ts';
import { Facts, List, Loaded, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Problem } from '../ui/components.tsx';
import { TemporalLink } from '../carriers/temporal-link.tsx';

export function MailPage() {
  const { say, number } = useLocale();
  const channel = useQuery({ queryKey: ['mail'], queryFn: () => ask(v1.operator.mail.$get()), refetchInterval: 5000 });
  const resume = useAct(() => ask(v1.operator.mail.resume.$post()), ['mail']);
  const found = usePages(['mail-suppressions'], (cursor) =>
    ask(v1.operator['mail-suppressions'].$get({ query: { limit: '50', ...cursor } })),
  );
  return (
    <>
      <h1>{say('mailChannel')}</h1>
      <p>{say('mailChannelHint')}</p>
      <Loaded of={channel}>
        {({ state, since, response, nextCheckAt, owed, oldest }) => (
          <>
            <Facts
              facts={[
                [
                  say('state'),
                  <Badge key="state" tone={state === 'open' ? 'good' : 'bad'}>
                    {say(state === 'open' ? 'mailOpen' : 'mailPaused')}
                  </Badge>,
                ],
                [say('since'), when(since)],
                [say('relaySays'), response ? <span lang="en">{response}</span> : null],
                [say('nextTry'), when(nextCheckAt)],
                [say('stateWaiting'), number(owed)],
                [say('oldestWaiting'), when(oldest)],
              ]}
            />
            <div className="row start">
              {state === 'paused' ? <Action onPress={() => resume.mutate()}>{say('retryNow')}</Action> : null}
              <TemporalLink run="retry-emails" />
            </div>
            <Problem error={resume.error} />
          </>
        )}
      </Loaded>
      <h2>{say('suppressions')}</h2>
      <List
        label={say('suppressions')}
        found={found}
        keyOf={({ account, address }) => `${account} ${address}`}
        empty={{ title: say('noSuppressions'), hint: say('noSuppressionsHint') }}
        columns={[
          { name: say('email'), long: true, cell: ({ address }) => address },
          { name: say('because'), cell: ({ reason }) => say(reason) },
          { name: say('since'), cell: ({ since }) => when(since) },
          { name: say('lastError'), cell: ({ detail }) => <span lang="en">{detail}</span> },
        ]}
      />
    </>
  );
}
