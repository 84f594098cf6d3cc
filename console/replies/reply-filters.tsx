import { useQuery } from '@tanstack/react-query';
import type { ReplyViewFilters } from '../../domain/replies/reply-table.ts';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { ChipChoice } from '../ui/filters/chip-choice.tsx';
import { Field } from '../ui/components.tsx';

const SPANS = ['all', '1', '7', '30', '90', '365', 'dates'] as const;
const KINDS = ['all', 'stop', 'start', 'contact', 'looks-like-stop'] as const;
type Span = (typeof SPANS)[number];
type Kind = (typeof KINDS)[number];
export type Filters = { search: string; from: string; campaign: string; kind: Kind; span: Span; since: string; until: string };
export const NONE: Filters = { search: '', from: '', campaign: '', kind: 'all', span: 'all', since: '', until: '' };

export const filtersIn = (search: { [N in keyof Filters]?: string }): Filters => ({
  ...NONE,
  ...search,
  kind: KINDS.find((each) => each === search.kind) ?? 'all',
  span: SPANS.find((each) => each === search.span) ?? 'all',
});
export const addressOf = (filters: Filters) =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== '' && value !== 'all'));

/** Local midnight, `later` days on. */
function dayStart(day: Date, later: number): string {
  const at = new Date(day);
  at.setHours(0, 0, 0, 0);
  at.setDate(at.getDate() + later);
  return at.toISOString();
}

function timesOf({ span, since, until }: Filters) {
  if (span === 'all') return {};
  if (span !== 'dates') return { since: dayStart(new Date(), 1 - Number(span)) };
  return {
    ...(since === '' ? {} : { since: dayStart(new Date(`${since}T00:00`), 0) }),
    ...(until === '' ? {} : { until: dayStart(new Date(`${until}T00:00`), 1) }),
  };
}

export const queryOf = (filters: Filters) => ({
  ...(filters.search.trim() === '' ? {} : { search: filters.search.trim() }),
  ...(filters.from.trim() === '' ? {} : { from: filters.from.trim() }),
  ...(filters.campaign === '' ? {} : { campaign: filters.campaign }),
  ...(filters.kind === 'all' ? {} : { keyword: filters.kind }),
  ...timesOf(filters),
});

/** Filters of a saved view: no dates, no number. */
export const keptOf = ({ search, campaign, kind, span }: Filters): ReplyViewFilters => ({
  search: search.trim() === '' ? null : search.trim(),
  campaign: campaign === '' ? null : campaign,
  keyword: kind === 'all' ? null : kind,
  days: span === 'all' || span === 'dates' ? null : Number(span),
});

export const filtersOf = ({ search, campaign, keyword, days }: ReplyViewFilters): Filters => ({
  ...NONE,
  search: search ?? '',
  campaign: campaign ?? '',
  kind: keyword ?? 'all',
  span: SPANS.find((span) => span === String(days)) ?? 'all',
});

type Props = { filters: Filters; change: (part: Partial<Filters>) => void };

export function ReplyFilterFields({ filters, change }: Props) {
  const { say } = useLocale();
  const campaigns = useQuery({
    queryKey: ['campaign-names'],
    queryFn: () => ask(v1.campaigns.$get({ query: { limit: '100' } })),
  });
  const spanWord = (span: Span): string =>
    span === 'all' || span === 'dates' || span === '1' ? say(`span.${span}`) : say('lastDays', { n: Number(span) });
  const field = (name: 'search' | 'from' | 'since' | 'until', label: string, type: 'search' | 'tel' | 'date') => (
    <Field
      unseen
      label={label}
      placeholder={label}
      type={type}
      value={filters[name]}
      onChange={(value) => change({ [name]: value })}
    />
  );
  return (
    <>
      {field('search', say('searchText'), 'search')}
      {field('from', say('filterNumber'), 'tel')}
      <ChipChoice
        label={say('campaign')}
        value={filters.campaign}
        none=""
        onChange={(campaign) => change({ campaign })}
        options={[
          { value: '', label: say('allCampaigns') },
          ...(campaigns.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []),
        ]}
      />
      <ChipChoice
        label={say('kind')}
        value={filters.kind}
        none="all"
        onChange={(kind) => change({ kind })}
        options={KINDS.map((value) => ({ value, label: say(`kind.${value}`) }))}
      />
      <ChipChoice
        label={say('span')}
        value={filters.span}
        none="all"
        onChange={(span) => change({ span })}
        options={SPANS.map((value) => ({ value, label: spanWord(value) }))}
      />
      {filters.span === 'dates' ? (
        <>
          {field('since', say('since'), 'date')}
          {field('until', say('until'), 'date')}
        </>
      ) : null}
    </>
  );
}
