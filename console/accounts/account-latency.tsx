import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask, v1 } from '../api.ts';
import { Chart } from '../ui/chart.tsx';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';

type Rank = 'p50' | 'p95' | 'p99';
type Taken = Record<Rank | 'count', number>;
type Took = { rank: Rank; ms: number };
const RANKS: Rank[] = ['p50', 'p95', 'p99'];
const MS_A_SECOND = 1000;
const rankOf = ({ rank }: Took): string => rank;
const secondsOf = ({ ms }: Took): number => Math.round(ms / (MS_A_SECOND / 100)) / 100;

type Props = { latency: { delivery: (Taken & { route: 'premium' | 'lowcost' })[]; callback: Taken | null } };

/** Delivery time of an account's SMS, and response time of its callbacks. */
export function AccountLatency({ id }: { id: string }) {
  const { say } = useLocale();
  const found = useQuery({
    queryKey: ['accounts', id, 'latency'],
    queryFn: () => ask(v1.operator.accounts[':id'].latency.$get({ param: { id } })),
  });
  return (
    <section>
      <h2>{say('latency')}</h2>
      <Loaded of={found}>{(latency) => <Latencies latency={latency} />}</Loaded>
    </section>
  );
}

function Latencies({ latency: { delivery, callback } }: Props) {
  const { say, number } = useLocale();
  if (delivery.length === 0 && callback === null) return <p className="hint">{say('noLatency')}</p>;
  return (
    <>
      {delivery.map((taken) => (
        <Latency
          key={taken.route}
          title={say('timeToDelivery', { route: say(taken.route) })}
          share={say('shareOfSms')}
          hint={say('allDelivered', { n: number(taken.count) })}
          taken={taken}
        />
      ))}
      {callback ? (
        <Latency
          title={say('timeToCallback')}
          share={say('shareOfReplies')}
          hint={say('newestCallbacks', { n: number(callback.count) })}
          taken={callback}
        />
      ) : null}
    </>
  );
}

type LatencyProps = { title: string; share: string; hint: string; taken: Record<Rank, number> };

function Latency({ title, share, hint, taken }: LatencyProps) {
  const { say, number } = useLocale();
  const { p50, p95, p99 } = taken;
  const drawn = useMemo(() => {
    const of = { p50, p95, p99 };
    return { rows: RANKS.map((rank) => ({ rank, ms: of[rank] })), series: [{ name: say('secondsWord'), value: secondsOf }] };
  }, [say, p50, p95, p99]);
  return (
    <Chart
      title={title}
      hint={hint}
      rows={drawn.rows}
      keyOf={rankOf}
      labelOf={rankOf}
      series={drawn.series}
      columns={[
        { name: share, cell: ({ rank }) => say(`rank.${rank}`) },
        { name: say('secondsWord'), figure: true, cell: (took) => number(secondsOf(took)) },
      ]}
    />
  );
}
