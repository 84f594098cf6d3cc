import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download as DownloadIcon } from 'lucide-react';
import type { InferResponseType } from 'hono/client';
import { useMemo, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { Chart, csvLines } from '../ui/chart.tsx';
import { Loaded, Tile } from '../ui/list.tsx';
import { CampaignLink } from '../ui/tables/links.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Download, Empty } from '../ui/components.tsx';
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
            <Download name={`${say('analytics')}.csv`} type="text/csv" text={`\ufeff${charts.csv}`}>
              <DownloadIcon aria-hidden="true" /> {say('exportCsv')}
            </Download>
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
              <Chart {...charts.byDay} />
              <Chart {...charts.rates} />
              <Chart {...charts.states} />
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

/** The charts and their CSV; null when there is no data. */
function useCharts(figures: Figures | undefined) {
  const { say, sayOr, locale, number, time } = useLocale();
  return useMemo(() => {
    if (!figures || (!figures.replies.some(came) && figures.campaigns.length === 0)) return null;
    const dayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
    const dayOf = ({ day }: Day): string => dayFormat.format(new Date(`${day}T00:00Z`));
    const stateOf = ({ state }: State): string => sayOr(`message.${state}`, state);
    const [counted] = figures.campaigns.map(({ countedAt }) => countedAt).toSorted();
    const byDay = {
      title: say('repliesByDay'),
      rows: figures.replies,
      keyOf: ({ day }: Day) => day,
      labelOf: dayOf,
      series: [
        { name: say('repliesWord'), value: (day: Day) => day.replies },
        { name: say('optOuts'), value: (day: Day) => day.optOuts },
      ],
      inTable: came,
      columns: [
        { name: say('day'), cell: dayOf },
        { name: say('repliesWord'), figure: true, cell: (day: Day) => number(day.replies) },
        { name: say('optOuts'), figure: true, cell: (day: Day) => number(day.optOuts) },
      ],
    };
    const rates = {
      title: say('replyRateByCampaign'),
      ...(counted === undefined ? {} : { hint: say('countedAt', { time: time(counted) }) }),
      rows: figures.campaigns,
      keyOf: ({ id }: Campaign) => id,
      labelOf: ({ name }: Campaign) => name,
      series: [{ name: say('replyRate'), value: rateOf }],
      columns: [
        { name: say('campaign'), long: true, cell: CampaignLink },
        { name: say('messages'), figure: true, cell: ({ messages }: Campaign) => number(messages) },
        { name: say('stateDelivered'), figure: true, cell: ({ delivered }: Campaign) => number(delivered) },
        { name: say('repliers'), figure: true, cell: ({ repliers }: Campaign) => number(repliers) },
        { name: say('replyRate'), figure: true, cell: (campaign: Campaign) => number(rateOf(campaign)) },
      ],
    };
    const states = {
      title: say('deliveryOfMessages'),
      rows: figures.states,
      keyOf: ({ state }: State) => state,
      labelOf: stateOf,
      series: [{ name: say('messages'), value: ({ messages }: State) => messages }],
      columns: [
        { name: say('state'), cell: stateOf },
        { name: say('messages'), figure: true, cell: ({ messages }: State) => number(messages) },
      ],
    };
    return { byDay, rates, states, csv: [csvLines(byDay), csvLines(rates), csvLines(states)].join('\r\n') };
  }, [figures, say, sayOr, locale, number, time]);
}

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
