import type { InferResponseType } from 'hono/client';
import { useMemo } from 'react';
import type { v1 } from '../api.ts';
import { Chart } from '../ui/chart.tsx';
import { Loaded, Table } from '../ui/list.tsx';
import { useResults } from './campaign-results.tsx';
import type { Campaign } from './composer/draft-model.ts';
import { useLocale } from '../i18n/locale.tsx';

type Results = InferResponseType<(typeof v1.campaigns)[':id']['results']['$get'], 200>;
type Within = Results['curve'][number];

/** Time to reply, first words, countries. */
export function CampaignStatistics({ campaign: { id, total } }: { campaign: Campaign }) {
  return <Loaded of={useResults(id, total)}>{(results) => <Figures results={results} />}</Loaded>;
}

type Word = Results['keywords'][number];
const wordOf = ({ word }: Word): string => word;

function Figures({ results }: { results: Results }) {
  const { say, number, locale } = useLocale();
  const { replies, curve, keywords, countries } = results;
  const drawn = useMemo(() => {
    const unit = (name: 'minute' | 'hour' | 'day') =>
      new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' });
    const [minute, hour, day] = [unit('minute'), unit('hour'), unit('day')];
    return {
      within: ({ withinMinutes }: Within) => {
        if (withinMinutes === null) return say('laterThan');
        if (withinMinutes < 60) return minute.format(withinMinutes);
        return withinMinutes < 1440 ? hour.format(withinMinutes / 60) : day.format(withinMinutes / 1440);
      },
      curve: [{ name: say('repliers'), value: (each: Within) => each.repliers }],
      words: [{ name: say('repliesWord'), value: (each: Word) => each.replies }],
    };
  }, [say, locale]);
  return (
    <>
      {replies === 0 ? null : (
        <>
          <Chart
            title={say('timeToReply')}
            rows={curve}
            keyOf={({ withinMinutes }) => String(withinMinutes)}
            labelOf={drawn.within}
            series={drawn.curve}
            columns={[
              { name: say('within'), cell: drawn.within },
              { name: say('repliers'), figure: true, cell: (each) => number(each.repliers) },
            ]}
          />
          <Chart
            title={say('firstWords')}
            rows={keywords}
            keyOf={wordOf}
            labelOf={wordOf}
            series={drawn.words}
            columns={[
              { name: say('word'), cell: wordOf },
              { name: say('repliesWord'), figure: true, cell: (each) => number(each.replies) },
            ]}
          />
        </>
      )}
      {countries.length === 0 ? null : <Countries countries={countries} />}
    </>
  );
}

/** Nearly always one country: a table, not a chart. */
function Countries({ countries }: Pick<Results, 'countries'>) {
  const { say, number, percent, country } = useLocale();
  return (
    <details className="more">
      <summary>{say('countriesOfCampaign')}</summary>
      <Table
        label={say('countriesOfCampaign')}
        rows={countries}
        keyOf={(each) => each.country}
        columns={[
          { name: say('country'), cell: (each) => country(each.country) },
          { name: say('messages'), figure: true, cell: (each) => number(each.messages) },
          { name: say('repliesWord'), figure: true, cell: (each) => number(each.replies) },
          { name: say('repliers'), figure: true, cell: (each) => number(each.repliers) },
          { name: say('replyRateOf'), figure: true, cell: (each) => percent(each.repliers, each.messages) },
        ]}
      />
    </details>
  );
}
