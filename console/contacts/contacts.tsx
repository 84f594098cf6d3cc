import { Link, useSearch } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import { Download, ListChecks } from 'lucide-react';
import { useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { ask, v1 } from '../api.ts';
import { readBeginning } from '../campaigns/composer/recipients.ts';
import { upload } from '../campaigns/composer/upload.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Action, Badge, Choice, Field, FormCard } from '../ui/components.tsx';
import { List } from '../ui/list.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { useAddressed, useFilterAddress } from '../ui/use-settled.ts';
import { ContactForm } from './contact.tsx';

export function ContactsPage() {
  const { say } = useLocale();
  const owner = useOwner();
  const show = useFilterAddress();
  const { q = '', tag = '' } = useSearch({ from: '/contacts' });
  const [text, write] = useAddressed(q, (next) => show({ q: next, tag }));
  const found = usePages(['contacts', 'list', q, tag], (cursor) =>
    ask(
      v1.contacts.$get({
        query: { limit: '50', ...(q === '' ? {} : { search: q }), ...(tag === '' ? {} : { tag }), ...cursor },
      }),
    ),
  );
  return (
    <div className="page">
      <div className="row">
        <h1>{say('contacts')}</h1>
        <div className="row start">
          <Link to="/contacts/lists" className="button plain">
            <ListChecks aria-hidden="true" /> {say('savedLists')}
          </Link>
          <a className="button plain" href="/v1/contacts.csv" download>
            <Download aria-hidden="true" /> {say('exportCsv')}
          </a>
        </div>
      </div>
      <p>{say('contactsHint')}</p>
      <div className="filters" role="search">
        <Field unseen label={say('findContact')} placeholder={say('findContact')} type="search" value={text} onChange={write} />
        {tag === '' ? null : (
          <>
            <Action onPress={() => show({ q, tag: '' })}>{say('removeTag', { tag })}</Action>
            {owner ? (
              <Link to="/campaigns/new" search={{ tag }} className="button plain">
                {say('newCampaign')}
              </Link>
            ) : null}
          </>
        )}
      </div>
      <ContactList
        found={found}
        empty={
          q === '' && tag === ''
            ? { title: say('noContacts'), hint: say('contactsFileHint') }
            : { title: say('nothingFound'), hint: say('findContactHint') }
        }
      />
      {owner && found.items ? (
        <>
          <Import />
          <ContactForm key={found.items.length} contact={null} />
        </>
      ) : null}
    </div>
  );
}

type Contact = InferResponseType<typeof v1.contacts.$get, 200>['items'][number];

function ContactList(list: Pick<Parameters<typeof List<Contact>>[0], 'found' | 'empty'>) {
  const { say } = useLocale();
  return (
    <List
      {...list}
      label={say('contacts')}
      keyOf={({ id }) => id}
      columns={[
        {
          name: say('name'),
          long: true,
          cell: (contact) => (
            <span className="row start">
              <Avatar name={nameOf(contact)} small />{' '}
              <Link to="/contacts/$id" params={{ id: contact.id }}>
                {nameOf(contact)}
              </Link>
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
              {tags.map((each) => (
                <Link key={each} to="/contacts" search={{ tag: each }} className="badge plain">
                  {each}
                </Link>
              ))}
            </span>
          ),
        },
      ]}
    />
  );
}

const PARTS = ['phone', 'firstName', 'lastName', 'tags'] as const;
type Part = (typeof PARTS)[number];
const NAMES = { phone: 'filterNumber', firstName: 'firstName', lastName: 'lastName', tags: 'tags' } as const;

/** Imports CSV or a workbook; columns by name or as chosen. */
function Import() {
  const { say } = useLocale();
  const [file, setFile] = useState<File>();
  const [columns, setColumns] = useState<string[]>([]);
  const [chosen, choose] = useState<Partial<Record<Part, string>>>({});
  const [tag, setTag] = useState('');
  const store = useAct(
    async () => {
      const asked = PARTS.flatMap((part) => (chosen[part] ? [[`${part}Column`, chosen[part]]] : []));
      const query = new URLSearchParams([...asked, ...(tag.trim() === '' ? [] : [['tag', tag.trim()]])]).toString();
      return file && upload({ path: `/v1/contacts/import?${query}`, file, header: null, progress: () => {} });
    },
    ['contacts'],
    () => setFile(undefined),
  );
  async function take(next: File | undefined): Promise<void> {
    setFile(next);
    choose({});
    setColumns(next ? (await readBeginning(next)).columns : []);
  }
  const options = [{ value: '', label: say('byItsName') }, ...columns.map((value) => ({ value, label: value }))];
  return (
    <FormCard title={say('importContacts')} label={say('add')} act={store} disabled={!file}>
      <p>{say('contactsFileHint')}</p>
      <FileTrigger acceptedFileTypes={['text/csv', '.csv', '.txt', '.gz', '.xlsx']} onSelect={(files) => void take(files?.[0])}>
        <Button className="button plain">{file?.name ?? say('contactsFile')}</Button>
      </FileTrigger>
      {file && columns.length > 0 ? (
        <div className="pair">
          {PARTS.map((part) => (
            <Choice
              key={part}
              label={say('columnOf', { part: say(NAMES[part]) })}
              value={chosen[part] ?? ''}
              onChange={(column) => choose({ ...chosen, [part]: column })}
              options={options}
            />
          ))}
        </div>
      ) : null}
      <Field label={say('contactsImportTag')} value={tag} onChange={setTag} />
      {store.isSuccess ? <p role="status">{say('contactsImported')}</p> : null}
    </FormCard>
  );
}
