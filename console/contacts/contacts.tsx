import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { ask, v1 } from '../api.ts';
import { upload } from '../campaigns/composer/upload.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Badge, Field, FormCard } from '../ui/components.tsx';
import { List } from '../ui/list.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { useAddressed } from '../ui/use-settled.ts';

export function ContactsPage() {
  const { say } = useLocale();
  const owner = useOwner();
  const navigate = useNavigate();
  const { q = '' } = useSearch({ from: '/contacts' });
  const [text, write] = useAddressed(
    q,
    (next) => void navigate({ to: '.', search: next === '' ? {} : { q: next }, replace: true }),
  );
  const found = usePages(['contacts', 'list', q], (cursor) =>
    ask(v1.contacts.$get({ query: { limit: '50', ...(q === '' ? {} : { search: q }), ...cursor } })),
  );
  return (
    <div className="page">
      <div className="row">
        <h1>{say('contacts')}</h1>
        <a className="button plain" href="/v1/contacts.csv" download>
          <Download aria-hidden="true" /> {say('exportCsv')}
        </a>
      </div>
      <p>{say('contactsHint')}</p>
      <div className="filters" role="search">
        <Field unseen label={say('findContact')} placeholder={say('findContact')} type="search" value={text} onChange={write} />
      </div>
      <List
        label={say('contacts')}
        found={found}
        keyOf={({ id }) => id}
        empty={
          q === ''
            ? { title: say('noContacts'), hint: say('contactsFileHint') }
            : { title: say('nothingFound'), hint: say('findContactHint') }
        }
        columns={[
          {
            name: say('name'),
            long: true,
            cell: (contact) => (
              <span className="row start">
                <Avatar name={nameOf(contact)} small /> {nameOf(contact)}
              </span>
            ),
          },
          { name: say('filterNumber'), cell: ({ phone }) => phoneText(phone) },
          {
            name: say('tags'),
            long: true,
            cell: ({ tags, optedOut }) => (
              <span className="row start">
                {optedOut ? <Badge tone="bad">{say('stop')}</Badge> : null}
                {tags.map((tag) => (
                  <Badge key={tag}>{tag}</Badge>
                ))}
              </span>
            ),
          },
        ]}
      />
      {owner ? <Import /> : null}
    </div>
  );
}

/** As another provider exports them: CSV or a workbook, its columns known by their names. */
function Import() {
  const { say } = useLocale();
  const [file, setFile] = useState<File>();
  const [tag, setTag] = useState('');
  const query = tag.trim() === '' ? '' : `?${new URLSearchParams({ tag: tag.trim() })}`;
  const store = useAct(
    async () => file && upload({ path: `/v1/contacts/import${query}`, file, header: null, progress: () => {} }),
    ['contacts'],
    () => setFile(undefined),
  );
  return (
    <FormCard title={say('importContacts')} label={say('add')} act={store} disabled={!file}>
      <p>{say('contactsFileHint')}</p>
      <FileTrigger acceptedFileTypes={['text/csv', '.csv', '.txt', '.gz', '.xlsx']} onSelect={(files) => setFile(files?.[0])}>
        <Button className="button plain">{file?.name ?? say('contactsFile')}</Button>
      </FileTrigger>
      <Field label={say('contactsImportTag')} value={tag} onChange={setTag} />
      {store.isSuccess ? <p role="status">{say('contactsImported')}</p> : null}
    </FormCard>
  );
}
