import { useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { Loaded, Tile } from '../ui/list.tsx';
import type { Campaign } from './composer/draft-model.ts';
import { useLocale } from '../i18n/locale.tsx';

/** Each look counts every message: large campaigns are looked at less often. */
const LOOK_MS = 2000;
const LOOK_LARGE_MS = 20_000;
const LARGE = 20_000;

export const useResults = (id: string, total: number) =>
  useQuery({
    queryKey: ['results', id],
    queryFn: () => ask(v1.campaigns[':id'].results.$get({ param: { id } })),
    refetchInterval: total > LARGE ? LOOK_LARGE_MS : LOOK_MS,
  });

export function CampaignFigures({ campaign: { id, total, cost } }: { campaign: Campaign }) {
  const { say, number, percent, money } = useLocale();
  return (
    <section aria-label={say('results')}>
      <Loaded of={useResults(id, total)}>
        {({ messages, delivered, repliers, replies, optOuts }) => (
          <dl className="facts tiles">
            <Tile name={say('stateDelivered')} value={number(delivered)} hint={percent(delivered, messages)} />
            <Tile name={say('repliesWord')} value={number(replies)} />
            <Tile
              name={say('replyRateOf')}
              value={percent(repliers, messages)}
              hint={say('repliersOf', { n: number(repliers) })}
            />
            <Tile name={say('optOuts')} value={number(optOuts)} hint={percent(optOuts, messages)} />
            {cost === null ? null : <Tile name={say('cost')} value={money(cost)} />}
          </dl>
        )}
      </Loaded>
    </section>
  );
}
