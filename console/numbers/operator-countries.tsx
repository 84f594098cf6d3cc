import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { Loaded, Table, when } from '../ui/list.tsx';
import { CountryField } from '../carriers/operator-choices.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, FormCard, Badge, Choice, Empty, Field } from '../ui/components.tsx';

type Route = 'premium' | 'lowcost';
type CanReply = 'yes' | 'no' | 'unknown';
type Rule = { country: string; route: Route; canReply: CanReply; source: string | null; note: string | null; version: number };
const NEW: Rule = { country: '', route: 'premium', canReply: 'unknown', source: null, note: null, version: 0 };
const tones = { yes: 'good', no: 'bad', unknown: 'plain' } as const;

/** Where recipients can reply, by route, with sources. */
export function CountriesPage() {
  const { say, locale, country: nameIn } = useLocale();
  const [changing, setChanging] = useState(NEW);
  const [search, setSearch] = useState('');
  const found = useQuery({ queryKey: ['country-rules'], queryFn: () => ask(v1.operator['country-rules'].$get({ query: {} })) });
  const nameOf = (country: string): string => `${nameIn(country)} (${country})`;
  const meets = ({ country }: Rule): boolean =>
    nameOf(country).toLocaleLowerCase(locale).includes(search.toLocaleLowerCase(locale));
  return (
    <>
      <h1>{say('countryRules')}</h1>
      <p>{say('countryRulesHint')}</p>
      <Change key={`${changing.country} ${changing.route} ${changing.version}`} rule={changing} done={() => setChanging(NEW)} />
      <Field label={say('findCountry')} type="search" value={search} onChange={setSearch} />
      <Loaded of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={say('noCountryRules')} hint={say('noCountryRulesHint')} />
          ) : (
            <Table
              label={say('countryRules')}
              rows={items.filter(meets)}
              keyOf={({ country, route }) => `${country} ${route}`}
              columns={[
                { name: say('country'), cell: ({ country }) => nameOf(country) },
                { name: say('route'), cell: ({ route }) => say(route) },
                {
                  name: say('canReply'),
                  cell: ({ canReply }) => <Badge tone={tones[canReply]}>{say(`canReply.${canReply}`)}</Badge>,
                },
                { name: say('source'), cell: ({ source }) => <Source source={source} /> },
                { name: say('checkedAt'), cell: ({ checkedAt }) => when(checkedAt) },
                {
                  name: say('action'),
                  cell: (rule) => (
                    <Action
                      aria-label={say('changeRule', { country: rule.country, route: say(rule.route) })}
                      onPress={() => {
                        setChanging(rule);
                        document.getElementById('content')?.scrollTo({ top: 0 });
                      }}
                    >
                      {say('change')}
                    </Action>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </>
  );
}

function Change({ rule, done }: { rule: Rule; done: () => void }) {
  const { say } = useLocale();
  const [country, setCountry] = useState(rule.country);
  const [route, setRoute] = useState(rule.route);
  const [canReply, setCanReply] = useState(rule.canReply);
  const [source, setSource] = useState(rule.source ?? '');
  const save = useAct(
    () =>
      ask(
        v1.operator['country-rules'].$put({
          json: { country, route, canReply, version: rule.version, ...(source === '' ? {} : { source }) },
        }),
      ),
    ['country-rules'],
    done,
  );
  return (
    <FormCard title={say(rule.version === 0 ? 'newRule' : 'change')} label={say('save')} act={save} disabled={country === ''}>
      <CountryField hint={say('countryCodeHint')} value={country} onChange={setCountry} />
      <Choice
        label={say('route')}
        value={route}
        onChange={setRoute}
        options={(['premium', 'lowcost'] as const).map((value) => ({ value, label: say(value) }))}
      />
      <Choice
        label={say('canReply')}
        value={canReply}
        onChange={setCanReply}
        options={(['yes', 'no', 'unknown'] as const).map((value) => ({ value, label: say(`canReply.${value}`) }))}
      />
      <Field label={say('source')} hint={say('sourceHint')} value={source} onChange={setSource} />
    </FormCard>
  );
}

/** A source link, shown by its host. */
function Source({ source }: { source: string | null }) {
  if (source === null || !URL.canParse(source)) return source;
  return (
    <a href={source} target="_blank" rel="noreferrer">
      {new URL(source).hostname}
    </a>
  );
}
