import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Field, SubmitForm } from '../ui/components.tsx';

const NONE = { action: '', person: '', object: '', since: '', until: '' };
type Filters = typeof NONE;
type Party = { kind: string; id: string | null; name: string | null };
type Entry = { id: string; at: string; action: string; by: Party; object: Party; address: string | null; detail: object };

const dayStart = (day: string, later: number): string => {
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + later);
  return at.toISOString();
};
const queryOf = ({ since, until, ...filters }: Filters): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== '')),
  ...(since === '' ? {} : { since: dayStart(since, 0) }),
  ...(until === '' ? {} : { until: dayStart(until, 1) }),
});

export const AuditSettings = () => <AuditLog path="/v1/audit" read={(query) => ask(v1.audit.$get({ query }))} />;
export const OperatorAuditPage = () => (
  <AuditLog path="/v1/operator/audit" read={(query) => ask(v1.operator.audit.$get({ query }))} />
);

type Query = Record<string, string>;
type LogProps = { path: string; read: (query: Query) => Promise<{ items: Entry[]; nextCursor: string | null }> };

function AuditLog({ path, read }: LogProps) {
  const [query, apply] = useState<Query>(queryOf(NONE));
  const found = usePages(['audit', query], (cursor) => read({ ...query, ...cursor }));
  const { say } = useLocale();
  const [filters, setFilters] = useState(NONE);
  const change = (part: Partial<Filters>) => setFilters({ ...filters, ...part });
  const only = (part: Partial<Filters>) => {
    change(part);
    apply(queryOf({ ...filters, ...part }));
  };
  const party = ({ kind, id, name }: Party, by: 'person' | 'object') =>
    id === null ? kind : <Action kind="link" onPress={() => only({ [by]: id })}>{`${kind} ${name ?? id}`}</Action>;
  const file = (format: string) => `${path}.${format}?${new URLSearchParams(query).toString()}`;
  return (
    <>
      <h1>{say('audit')}</h1>
      <p>{say('auditHint')}</p>
      <SubmitForm className="filters" act={() => apply(queryOf(filters))}>
        <Field
          label={say('auditAct')}
          hint={say('auditActHint')}
          value={filters.action}
          onChange={(action) => change({ action })}
        />
        <Field label={say('auditPerson')} value={filters.person} onChange={(person) => change({ person })} />
        <Field label={say('auditObject')} value={filters.object} onChange={(object) => change({ object })} />
        <Field label={say('since')} type="date" value={filters.since} onChange={(since) => change({ since })} />
        <Field label={say('until')} type="date" value={filters.until} onChange={(until) => change({ until })} />
        <Action kind="main" type="submit">
          {say('filter')}
        </Action>
        <Action onPress={() => only(NONE)}>{say('clear')}</Action>
      </SubmitForm>
      <div className="row start">
        <a className="button plain" href={file('csv')} download>
          CSV
        </a>
        <a className="button plain" href={file('ndjson')} download>
          NDJSON
        </a>
      </div>
      <List
        label={say('audit')}
        found={found}
        empty={{ title: say('noAudit'), hint: say('noAuditHint') }}
        keyOf={({ id }) => id}
        columns={[
          { name: say('at'), cell: ({ at }) => when(at) },
          { name: say('by'), long: true, cell: ({ by }) => party(by, 'person') },
          { name: say('auditAct'), cell: ({ action }) => <code>{action}</code> },
          { name: say('auditObject'), long: true, cell: ({ object }) => party(object, 'object') },
          { name: say('auditAddress'), cell: ({ address }) => address },
          {
            name: say('auditDetail'),
            long: true,
            cell: ({ detail }) => (Object.keys(detail).length === 0 ? null : <code>{JSON.stringify(detail)}</code>),
          },
        ]}
      />
    </>
  );
}
