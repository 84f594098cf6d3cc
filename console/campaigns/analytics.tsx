import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import { useMemo, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { Chart } from '../ui/chart.tsx';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Empty } from '../ui/components.tsx';
import { isWord } from '../i18n/dictionary.ts';
import { DAY_MS } from '../../domain/durations.ts';

type Figures = InferResponseType<typeof v1.analytics.$get, 200>;
type Span = '7' | '30' | '90' | '365';

export function AnalyticsPage() {
  const { say } = useLocale();
  const [days, setDays] = useState<Span>('30');
  const found = useQuery({
    queryKey: ['analytics', days],
    queryFn: () => {
      const since = new Date(Date.now() - Number(days) * DAY_MS).toISOString();
      return ask(v1.analytics.$get({ query: { since } }));
    },
  });
  return (
    <div className="page">
      <h1>{say('analytics')}</h1>
      <div className="filters">
        <Choice
          label={say('span')}
          value={days}
          onChange={setDays}
          options={(['7', '30', '90', '365'] as const).map((value) => ({ value, label: say('lastDays', { n: value }) }))}
        />
      </div>
      <Loaded of={found}>{(figures) => <Charts figures={figures} />}</Loaded>
    </div>
  );
}

type Day = Figures['replies'][number];
type Campaign = Figures['campaigns'][number];
const rateOf = ({ messages, repliers }: Campaign): number => (messages === 0 ? 0 : Math.round((repliers / messages) * 1000) / 10);

const came = (day: Day): boolean => day.replies > 0;

function Charts({ figures }: { figures: Figures }) {
  const { say, number, time, locale } = useLocale();
  const { replies, campaigns, states, callbacks } = figures;
  const [counted] = campaigns.map(({ countedAt }) => countedAt).toSorted();
  const words = useMemo(() => {
    const dayOf = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
    return {
      day: ({ day }: Day) => dayOf.format(new Date(`${day}T00:00Z`)),
      state: ({ state }: { state: string }) => {
        const word = `message.${state}`;
        return isWord(word) ? say(word) : state;
      },
      replies: [
        { name: say('repliesWord'), value: (day: Day) => day.replies },
        { name: say('optOuts'), value: (day: Day) => day.optOuts },
      ],
      rate: [{ name: say('replyRate'), value: rateOf }],
      messages: [{ name: say('messages'), value: (each: { messages: number }) => each.messages }],
      callbacks: [{ name: say('callbacks'), value: (each: { deliveries: number }) => each.deliveries }],
    };
  }, [say, locale]);
  if (!replies.some(came) && campaigns.length === 0) {
    return (
      <Empty title={say('noFigures')} hint={say('noFiguresHint')}>
        <Link to="/campaigns/new" className="button main">
          {say('newCampaign')}
        </Link>
      </Empty>
    );
  }
  return (
    <>
      <Chart
        title={say('repliesByDay')}
        rows={replies}
        keyOf={({ day }) => day}
        labelOf={words.day}
        series={words.replies}
        inTable={came}
        columns={[
          { name: say('day'), cell: words.day },
          { name: say('repliesWord'), figure: true, cell: (day) => number(day.replies) },
          { name: say('optOuts'), figure: true, cell: (day) => number(day.optOuts) },
        ]}
      />
      <Chart
        title={say('replyRateByCampaign')}
        {...(counted === undefined ? {} : { hint: say('countedAt', { time: time(counted) }) })}
        rows={campaigns}
        keyOf={({ id }) => id}
        labelOf={nameOf}
        series={words.rate}
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
      <Chart
        title={say('deliveryOfMessages')}
        rows={states}
        keyOf={({ state }) => state}
        labelOf={words.state}
        series={words.messages}
        columns={[
          { name: say('state'), cell: words.state },
          { name: say('messages'), figure: true, cell: ({ messages }) => number(messages) },
        ]}
      />
      {callbacks.length === 0 ? null : (
        <Chart
          title={say('callbacksByClass')}
          rows={callbacks}
          keyOf={classOf}
          labelOf={classOf}
          series={words.callbacks}
          columns={[
            { name: say('lastAttempt'), cell: (each) => <code>{each.class}</code> },
            { name: say('callbacks'), figure: true, cell: ({ deliveries }) => number(deliveries) },
          ]}
        />
      )}
    </>
  );
}

const nameOf = ({ name }: Campaign): string => name;
const classOf = (each: { class: string }): string => each.class;
