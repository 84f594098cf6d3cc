import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { InferResponseType } from 'hono/client';
import { useMemo, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { Chart, csvLines } from '../ui/chart.tsx';
import { Loaded, Tile } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Empty } from '../ui/components.tsx';
import { isWord } from '../i18n/dictionary.ts';
import { DAY_MS } from '../../domain/durations.ts';

type Figures = InferResponseType<typeof v1.analytics.$get, 200>;
/** Figures of a span and of the one before it. */
type Compared = { now: Figures; before: Figures };
type Span = '7' | '30' | '90' | '365';
/** Most campaigns that the API returns. */
const MOST_LISTED = 50;
type Day = Figures['replies'][number];
type Campaign = Figures['campaigns'][number];
type State = Figures['states'][number];

export function AnalyticsPage() {
  const { say } = useLocale();
  const [days, setDays] = useState<Span>('30');
  const found = useQuery({
    queryKey: ['analytics', days],
    queryFn: async (): Promise<Compared> => {
      const [end, lengthMs] = [Date.now(), Number(days) * DAY_MS];
      const until = (at: number) =>
        ask(v1.analytics.$get({ query: { since: new Date(at - lengthMs).toISOString(), until: new Date(at).toISOString() } }));
      const [now, before] = await Promise.all([until(end), until(end - lengthMs)]);
      return { now, before };
    },
  });
  const charts = useCharts(found.data?.now);
  return (
    <div className="page">
      <div className="row">
        <h1>{say('analytics')}</h1>
        <div className="row start">
          <Choice
            unseen
            label={say('span')}
            value={days}
            onChange={setDays}
            options={(['7', '30', '90', '365'] as const).map((value) => ({ value, label: say('lastDays', { n: value }) }))}
          />
          {charts === null ? null : (
            <a
              className="button plain"
              href={`data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${charts.csv}`)}`}
              download={`${say('analytics')}.csv`}
            >
              <Download aria-hidden="true" /> {say('exportCsv')}
            </a>
          )}
        </div>
      </div>
      <Loaded of={found}>
        {(compared) =>
          charts === null ? (
            <Empty title={say('noFigures')} hint={say('noFiguresHint')}>
              <Link to="/campaigns/new" className="button main">
                {say('newCampaign')}
              </Link>
            </Empty>
          ) : (
            <>
              <Kpis compared={compared} days={days} />
              <RepliesByDay {...charts.byDay} />
              <RatesByCampaign {...charts.rates} />
              <Deliveries {...charts.states} />
            </>
          )
        }
      </Loaded>
    </div>
  );
}

const part = (of: number, whole: number): number => (whole === 0 ? 0 : of / whole);
const rateOf = ({ messages, repliers }: Campaign): number => Math.round(part(repliers, messages) * 1000) / 10;
const came = (day: Day): boolean => day.replies > 0;
const nameOf = ({ name }: Campaign): string => name;

/** The charts' data and their CSV; null when there is none. */
function useCharts(figures: Figures | undefined) {
  const { say, locale } = useLocale();
  return useMemo(() => {
    if (!figures || (!figures.replies.some(came) && figures.campaigns.length === 0)) return null;
    const dayOf = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
    const byDay = {
      title: say('repliesByDay'),
      rows: figures.replies,
      labelOf: ({ day }: Day) => dayOf.format(new Date(`${day}T00:00Z`)),
      series: [
        { name: say('repliesWord'), value: (day: Day) => day.replies },
        { name: say('optOuts'), value: (day: Day) => day.optOuts },
      ],
    };
    const rates = {
      title: say('replyRateByCampaign'),
      rows: figures.campaigns,
      labelOf: nameOf,
      series: [{ name: say('replyRate'), value: rateOf }],
    };
    const states = {
      title: say('deliveryOfMessages'),
      rows: figures.states,
      labelOf: ({ state }: State) => {
        const word = `message.${state}`;
        return isWord(word) ? say(word) : state;
      },
      series: [{ name: say('messages'), value: ({ messages }: State) => messages }],
    };
    return { byDay, rates, states, csv: [csvLines(byDay), csvLines(rates), csvLines(states)].join('\r\n') };
  }, [figures, say, locale]);
}
type Charts = NonNullable<ReturnType<typeof useCharts>>;

function sumsOf({ campaigns, replies }: Figures) {
  const sum = <T,>(rows: T[], of: (row: T) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const messages = sum(campaigns, (each) => each.messages);
  return {
    messages,
    delivered: part(
      sum(campaigns, (each) => each.delivered),
      messages,
    ),
    rate: part(
      sum(campaigns, (each) => each.repliers),
      messages,
    ),
    replies: sum(replies, (each) => each.replies),
    optOuts: sum(replies, (each) => each.optOuts),
  };
}

/** Key figures, each compared with the span before. */
function Kpis({ compared: { now, before }, days }: { compared: Compared; days: Span }) {
  const { say, number, percent, locale } = useLocale();
  const [sums, earlier] = [sumsOf(now), sumsOf(before)];
  const signed = (value: number, style: 'percent' | 'decimal'): string =>
    new Intl.NumberFormat(locale, {
      style,
      signDisplay: 'exceptZero',
      maximumFractionDigits: style === 'percent' ? 0 : 1,
    }).format(value);
  // A truncated list cannot be compared.
  const all = now.campaigns.length < MOST_LISTED && before.campaigns.length < MOST_LISTED;
  const counted = (name: 'messages' | 'replies' | 'optOuts') => ({
    value: number(sums[name]),
    ...(earlier[name] === 0 ? {} : { hint: signed(sums[name] / earlier[name] - 1, 'percent') }),
  });
  const rated = (name: 'delivered' | 'rate') => ({
    value: percent(sums[name], 1),
    ...(earlier.messages === 0
      ? {}
      : { hint: say('deltaPoints', { by: signed((sums[name] - earlier[name]) * 100, 'decimal') }) }),
  });
  const nothing = earlier.messages === 0 && earlier.replies === 0;
  return (
    <section aria-label={say('sums')}>
      <dl className="facts tiles">
        <Tile
          name={say('messages')}
          {...(all ? counted('messages') : { value: number(sums.messages), hint: say('newestCampaigns', { n: MOST_LISTED }) })}
        />
        <Tile name={say('stateDelivered')} {...rated('delivered')} />
        <Tile name={say('repliesWord')} {...counted('replies')} />
        <Tile name={say('replyRateOf')} {...rated('rate')} />
        <Tile name={say('optOuts')} {...counted('optOuts')} />
      </dl>
      <p className="hint">{say(nothing ? 'noneBefore' : 'comparedWith', { n: days })}</p>
    </section>
  );
}

function RepliesByDay(chart: Charts['byDay']) {
  const { say, number } = useLocale();
  return (
    <Chart
      {...chart}
      keyOf={({ day }) => day}
      inTable={came}
      columns={[
        { name: say('day'), cell: chart.labelOf },
        { name: say('repliesWord'), figure: true, cell: (day) => number(day.replies) },
        { name: say('optOuts'), figure: true, cell: (day) => number(day.optOuts) },
      ]}
    />
  );
}

function RatesByCampaign(chart: Charts['rates']) {
  const { say, number, time } = useLocale();
  const [counted] = chart.rows.map(({ countedAt }) => countedAt).toSorted();
  return (
    <Chart
      {...chart}
      {...(counted === undefined ? {} : { hint: say('countedAt', { time: time(counted) }) })}
      keyOf={({ id }) => id}
      columns={[
        {
          name: say('campaign'),
          long: true,
          cell: ({ id, name }) => (
            <Link to="/campaigns/$id" params={{ id }}>
              {name}
            </Link>
          ),
        },
        { name: say('messages'), figure: true, cell: ({ messages }) => number(messages) },
        { name: say('stateDelivered'), figure: true, cell: ({ delivered }) => number(delivered) },
        { name: say('repliers'), figure: true, cell: ({ repliers }) => number(repliers) },
        { name: say('replyRate'), figure: true, cell: (campaign) => number(rateOf(campaign)) },
      ]}
    />
  );
}

function Deliveries(chart: Charts['states']) {
  const { say, number } = useLocale();
  return (
    <Chart
      {...chart}
      keyOf={({ state }) => state}
      columns={[
        { name: say('state'), cell: chart.labelOf },
        { name: say('messages'), figure: true, cell: ({ messages }) => number(messages) },
      ]}
    />
  );
}
