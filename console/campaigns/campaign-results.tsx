import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useMemo } from 'react';
import { ask, v1 } from '../api.ts';
import { Chart } from '../ui/chart.tsx';
import { Facts, Loaded, Table } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';

type Results = InferResponseType<(typeof v1.campaigns)[':id']['results']['$get'], 200>;
type Within = Results['curve'][number];
/** Every message of it is counted at each look: a large one is looked at less often. */
const LOOK_MS = 2000;
const LOOK_LARGE_MS = 20_000;
const LARGE = 20_000;

/** What came of a campaign. */
export function CampaignResults({ id, total }: { id: string; total: number }) {
  const { say } = useLocale();
  const results = useQuery({
    queryKey: ['results', id],
    queryFn: () => ask(v1.campaigns[':id'].results.$get({ param: { id } })),
    refetchInterval: total > LARGE ? LOOK_LARGE_MS : LOOK_MS,
  });
  return (
    <section aria-label={say('results')}>
      <h2>{say('results')}</h2>
      <Loaded of={results}>{(data) => <Figures results={data} />}</Loaded>
    </section>
  );
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function Figures({ results }: { results: Results }) {
  const { say, number, country, locale } = useLocale();
  const { messages, delivered, repliers, replies, optOuts, curve, keywords, countries } = results;
  const words = useMemo(() => {
    const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
    const unit = (name: 'minute' | 'hour' | 'day') =>
      new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' });
    const [minute, hour, day] = [unit('minute'), unit('hour'), unit('day')];
    return {
      percent: (part: number, whole: number) => percents.format(share(part, whole)),
      within: ({ withinMinutes }: Within) => {
        if (withinMinutes === null) return say('laterThan');
        if (withinMinutes < 60) return minute.format(withinMinutes);
        return withinMinutes < 1440 ? hour.format(withinMinutes / 60) : day.format(withinMinutes / 1440);
      },
      curve: [{ name: say('repliers'), value: (each: Within) => each.repliers }],
    };
  }, [say, locale]);
  return (
    <>
      <Facts
        facts={[
          [say('messages'), number(messages)],
          [say('stateDelivered'), number(delivered)],
          [say('repliers'), number(repliers)],
          [say('replyRateOf'), words.percent(repliers, messages)],
          [say('repliesWord'), number(replies)],
          [say('optOuts'), number(optOuts)],
        ]}
      />
      {replies === 0 ? null : (
        <>
          <Chart
            title={say('timeToReply')}
            rows={curve}
            keyOf={({ withinMinutes }) => String(withinMinutes)}
            labelOf={words.within}
            series={words.curve}
            columns={[
              { name: say('within'), cell: words.within },
              { name: say('repliers'), figure: true, cell: (each) => number(each.repliers) },
            ]}
          />
          <h3>{say('firstWords')}</h3>
          <Table
            label={say('firstWords')}
            rows={keywords}
            keyOf={({ word }) => word}
            columns={[
              { name: say('word'), cell: ({ word }) => word },
              { name: say('repliesWord'), figure: true, cell: (each) => number(each.replies) },
            ]}
          />
        </>
      )}
      {countries.length === 0 ? null : (
        <>
          <h3>{say('countriesOfCampaign')}</h3>
          <Table
            label={say('countriesOfCampaign')}
            rows={countries}
            keyOf={(each) => each.country}
            columns={[
              { name: say('country'), cell: (each) => country(each.country) },
              { name: say('messages'), figure: true, cell: (each) => number(each.messages) },
              { name: say('repliesWord'), figure: true, cell: (each) => number(each.replies) },
              { name: say('repliers'), figure: true, cell: (each) => number(each.repliers) },
              { name: say('replyRateOf'), figure: true, cell: (each) => words.percent(each.repliers, each.messages) },
            ]}
          />
        </>
      )}
    </>
  );
}
