import { useMutation } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { Facts } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Problem } from '../ui/components.tsx';
import type { Word } from '../i18n/fr/index.ts';

const PHASES = ['dnsMs', 'connectMs', 'tlsMs', 'firstByteMs', 'totalMs'] as const satisfies Word[];

type Outcome = {
  class: string;
  status: number | null;
  timings: Record<string, number | null> | null;
  responseHeaders: Record<string, string> | null;
  bodyExcerpt: string | null;
};

/** Status, timings, headers and start of the body of a response. */
export function Answered({ outcome }: { outcome: Outcome }) {
  const { say, number } = useLocale();
  const timings = PHASES.map((phase) => [phase, outcome.timings?.[phase] ?? null] as const).filter(([, ms]) => ms !== null);
  return (
    <>
      <Facts
        facts={[
          [say('answer'), <code key="answer">{outcome.status ?? outcome.class}</code>],
          ...timings.map(([phase, ms]) => [say(phase), `${number(ms ?? 0)} ms`] as const),
        ]}
      />
      {outcome.responseHeaders || outcome.bodyExcerpt ? (
        <pre tabIndex={0} aria-label={say('response')}>
          {Object.entries(outcome.responseHeaders ?? {})
            .map(([name, value]) => `${name}: ${value}\n`)
            .join('')}
          {outcome.bodyExcerpt ? `\n${outcome.bodyExcerpt}` : ''}
        </pre>
      ) : null}
    </>
  );
}

export function Ping({ id }: { id: string }) {
  const { say } = useLocale();
  const ping = useMutation({ mutationFn: () => ask(v1['callback-endpoints'][':id'].test.$post({ param: { id } })) });
  return (
    <section>
      <h2>{say('pingTitle')}</h2>
      <p className="hint">{say('pingHint')}</p>
      <Action isDisabled={ping.isPending} onPress={() => ping.mutate()}>
        {say(ping.isPending ? 'pinging' : 'ping')}
      </Action>
      <Problem error={ping.error} />
      <div role="status">
        {ping.data ? (
          <>
            <p>
              <Badge tone={ping.data.ok ? 'good' : 'bad'}>{say(ping.data.ok ? 'pingOk' : 'pingFailed')}</Badge>
            </p>
            <Answered outcome={ping.data} />
          </>
        ) : null}
      </div>
    </section>
  );
}
