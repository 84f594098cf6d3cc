import { useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { ask, v1 } from '../api.ts';
import { upload } from '../campaigns/composer/upload.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { Field, FormCard } from '../ui/components.tsx';
import { List } from '../ui/list.tsx';
import { phoneText } from '../ui/phone-text.ts';

export function ContactsSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const found = usePages(['contacts'], (cursor) => ask(v1.contacts.$get({ query: { limit: '50', ...cursor } })));
  return (
    <>
      <div className="row">
        <h1>{say('contacts')}</h1>
        <a className="button plain" href="/v1/contacts.csv" download>
          {say('exportCsv')}
        </a>
      </div>
      <p>{say('contactsHint')}</p>
      <List
        label={say('contacts')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noContacts'), hint: say('contactsFileHint') }}
        columns={[
          { name: say('filterNumber'), cell: ({ phone }) => phoneText(phone) },
          { name: say('name'), cell: ({ firstName, lastName }) => [firstName, lastName].filter(Boolean).join(' ') },
          { name: say('tags'), long: true, cell: ({ tags }) => tags.join(', ') },
        ]}
      />
      {owner ? <Import /> : null}
    </>
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
