import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { Facts } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Field } from '../ui/components.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';

/** What the account knows of one person: to be shown to them, and to be erased when they ask. */
export function PrivacySettings() {
  const { say, number } = useLocale();
  const owner = useOwner();
  const [phone, setPhone] = useState('');
  const report = useMutation({ mutationFn: () => ask(v1.contacts.report.$post({ json: { phone } })) });
  const known = report.data;
  // Whose report it is, whatever the field says meanwhile.
  const erase = useAct(
    () => ask(v1.contacts.erase.$post({ json: { phone: known?.phone ?? '' } })),
    ['replies'],
    () => report.reset(),
  );
  return (
    <>
      <h1>{say('privacy')}</h1>
      <p>{say('privacyHint')}</p>
      {owner ? (
        <FormCard label={say('showReport')} act={report} disabled={phone.trim() === ''}>
          <Field label={say('filterNumber')} type="tel" value={phone} onChange={setPhone} />
        </FormCard>
      ) : (
        <p>{say('ownersOnly')}</p>
      )}
      {erase.data ? (
        <p role="status" className="notice">
          {say('erasedNow', { messages: number(erase.data.messages), replies: number(erase.data.replies) })}
        </p>
      ) : null}
      {known ? (
        <section aria-label={say('report')}>
          <h2>{phoneText(known.phone)}</h2>
          <Facts
            facts={[
              [say('contact'), say(known.contact ? 'yes' : 'no')],
              [say('optOuts'), say(known.optOut ? 'yes' : 'no')],
              [say('sentMessages'), number(known.messages.length)],
              [say('replies'), number(known.replies.length)],
              [say('notes'), number(known.notes.length)],
            ]}
          />
          <div className="row start">
            <a
              className="button plain"
              href={`data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(known, null, 2))}`}
              download="contact.json"
            >
              {say('downloadReport')}
            </a>
            <ConfirmButton label={say('erase')} question={say('eraseAsk', { phone: phoneText(known.phone) })} act={erase}>
              <p>{say('eraseHint')}</p>
            </ConfirmButton>
          </div>
        </section>
      ) : null}
    </>
  );
}
