import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useOwner } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Field } from '../ui/components.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { ContactReport } from './contact-report.tsx';

export function PrivacySettings() {
  const { say, number } = useLocale();
  const owner = useOwner();
  const [phone, setPhone] = useState('');
  const report = useMutation({ mutationFn: () => ask(v1.contacts.report.$post({ json: { phone } })) });
  const known = report.data;
  const [erased, setErased] = useState<{ messages: number; replies: number }>();
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
      {erased ? (
        <p role="status" className="notice">
          {say('erasedNow', { messages: number(erased.messages), replies: number(erased.replies) })}
        </p>
      ) : null}
      {known ? (
        <>
          <h2>{phoneText(known.phone)}</h2>
          <ContactReport
            known={known}
            gone={(counts) => {
              setErased(counts);
              report.reset();
            }}
          />
        </>
      ) : null}
    </>
  );
}
