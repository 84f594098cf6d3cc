import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { ask, textOf, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct, useOwner } from '../query-hooks.ts';
import { Badge, Field, FormCard } from '../ui/components.tsx';
import { ConfirmAct } from '../ui/confirm-button.tsx';
import { Loaded, Table, whenShort } from '../ui/list.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { ContactReport, type Known } from './contact-report.tsx';

type Contact = InferResponseType<(typeof v1.contacts)[':id']['$get'], 200>;
const SHOWN = 50;

export function ContactPage() {
  const { id = '' } = useParams({ strict: false });
  const contact = useQuery({ queryKey: ['contacts', 'one', id], queryFn: () => ask(v1.contacts[':id'].$get({ param: { id } })) });
  return (
    <div className="page">
      <Loaded of={contact}>{(found) => <Shown key={id} contact={found} />}</Loaded>
    </div>
  );
}

function Shown({ contact }: { contact: Contact }) {
  const { say } = useLocale();
  const owner = useOwner();
  const navigate = useNavigate();
  const { id, phone, optedOut, tags } = contact;
  const back = (): void => void navigate({ to: '/contacts' });
  const report = useQuery({
    queryKey: ['contacts', 'report', phone],
    queryFn: () => ask(v1.contacts.report.$post({ json: { phone } })),
    enabled: owner,
  });
  return (
    <>
      <div className="row">
        <h1>{nameOf(contact)}</h1>
        {owner ? (
          <div className="row start">
            <Link to="/chat/new" search={{ phone }} className="button plain">
              {say('writeToThem')}
            </Link>
            <ConfirmAct
              label={say('remove')}
              question={say('removeAsk', { name: nameOf(contact) })}
              hint={say('removeContactHint')}
              act={() => ask(v1.contacts[':id'].$delete({ param: { id } }))}
              stale={['contacts', 'list']}
              done={back}
            />
          </div>
        ) : null}
      </div>
      <p className="row start">
        {phoneText(phone)} {optedOut ? <Badge tone="bad">{say('stop')}</Badge> : null}
        {owner ? null : tags.map((tag) => <Badge key={tag}>{tag}</Badge>)}
      </p>
      {owner ? (
        <>
          <ContactForm contact={contact} />
          <Loaded of={report}>
            {(known) => (
              <>
                <History known={known} />
                <h2>{say('report')}</h2>
                <ContactReport known={known} gone={back} />
              </>
            )}
          </Loaded>
        </>
      ) : null}
    </>
  );
}

/** Creates or edits a contact. */
export function ContactForm({ contact }: { contact: Contact | null }) {
  const { say } = useLocale();
  const [phone, setPhone] = useState(contact?.phone ?? '');
  const [firstName, setFirst] = useState(contact?.firstName ?? '');
  const [lastName, setLast] = useState(contact?.lastName ?? '');
  const [tags, setTags] = useState(contact?.tags.join(', ') ?? '');
  const store = useAct(() => {
    const given = tags.split(',').flatMap((tag) => tag.trim() || []);
    const json = { phone, firstName: firstName.trim() || null, lastName: lastName.trim() || null, tags: given };
    return ask(v1.contacts.$put({ json }));
  }, ['contacts']);
  return (
    <FormCard {...(contact ? {} : { title: say('newContact') })} label={say('save')} act={store} disabled={phone.trim() === ''}>
      {contact ? null : <Field label={say('filterNumber')} type="tel" value={phone} onChange={setPhone} />}
      <div className="pair">
        <Field label={say('firstName')} value={firstName} onChange={setFirst} />
        <Field label={say('lastName')} value={lastName} onChange={setLast} />
      </div>
      <Field label={say('tags')} hint={say('tagsHint')} value={tags} onChange={setTags} />
      {store.isSuccess ? <p role="status">{say('saved')}</p> : null}
    </FormCard>
  );
}

function History({ known }: { known: Known }) {
  const { say } = useLocale();
  // Unsent messages are left out.
  const said = [
    ...known.messages.map(({ id, text, submittedAt }) => ({ id, text, at: textOf(submittedAt), out: true })),
    ...known.replies.map(({ id, text, receivedAt }) => ({ id, text, at: textOf(receivedAt), out: false })),
  ]
    .filter(({ at }) => at !== '')
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, SHOWN);
  if (said.length === 0) return null;
  return (
    <>
      <h2>{say('history')}</h2>
      <Table
        label={say('history')}
        rows={said}
        keyOf={({ id }) => textOf(id)}
        columns={[
          { name: say('date'), cell: ({ at }) => whenShort(at) },
          { name: say('action'), cell: ({ out }) => say(out ? 'stateSent' : 'cameIn') },
          { name: say('text'), long: true, cell: ({ text }) => <span dir="auto">{textOf(text)}</span> },
        ]}
      />
    </>
  );
}
