import { Link } from '@tanstack/react-router';
import { ListChecks } from 'lucide-react';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { Field } from '../ui/components.tsx';
import { ConfirmAct, ConfirmButton } from '../ui/confirm-button.tsx';
import { List, whenShort } from '../ui/list.tsx';

export function ListsPage() {
  const { say, number } = useLocale();
  const owner = useOwner();
  const found = usePages(['lists', 'all'], (cursor) => ask(v1.lists.$get({ query: { limit: '50', ...cursor } })));
  return (
    <div className="page">
      <div className="row">
        <h1>{say('savedLists')}</h1>
        <Link to="/contacts" className="button plain">
          {say('contacts')}
        </Link>
      </div>
      <p>{say('savedListsHint')}</p>
      <List
        label={say('savedLists')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ icon: ListChecks, title: say('noLists'), hint: say('noListsHint') }}
        columns={[
          { name: say('name'), long: true, cell: ({ name }) => name },
          { name: say('rowsListed'), figure: true, cell: ({ listed }) => number(listed) },
          { name: say('columns'), long: true, cell: ({ columns }) => columns.join(', ') },
          { name: say('date'), cell: ({ filledAt, createdAt }) => whenShort(filledAt ?? createdAt) },
          {
            name: say('action'),
            shown: owner,
            cell: (list) => (
              <span className="row start">
                {list.listed > 0 ? (
                  <Link to="/campaigns/new" search={{ list: list.id }} className="button plain">
                    {say('newCampaign')}
                  </Link>
                ) : null}
                <Rename key={list.name} {...list} />
                <ConfirmAct
                  label={say('remove')}
                  question={say('removeAsk', { name: list.name })}
                  hint={say('removeListHint')}
                  act={() => ask(v1.lists[':id'].$delete({ param: { id: list.id } }))}
                  stale={['lists']}
                />
              </span>
            ),
          },
        ]}
      />
    </div>
  );
}

function Rename({ id, name }: { id: string; name: string }) {
  const { say } = useLocale();
  const [next, setNext] = useState(name);
  const rename = useAct(() => ask(v1.lists[':id'].$patch({ param: { id }, json: { name: next } })), ['lists']);
  const same = next.trim() === '' || next.trim() === name;
  return (
    <ConfirmButton kind="plain" label={say('rename')} question={say('renameAsk', { name })} act={rename} disabled={same}>
      <Field label={say('name')} value={next} onChange={setNext} />
    </ConfirmButton>
  );
}
