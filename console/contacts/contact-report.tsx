import type { InferResponseType } from 'hono/client';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct } from '../query-hooks.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Facts } from '../ui/list.tsx';
import { phoneText } from '../ui/phone-text.ts';

export type Known = InferResponseType<typeof v1.contacts.report.$post, 200>;
type Props = { known: Known; gone: (erased: InferResponseType<typeof v1.contacts.erase.$post, 200>) => void };

/** Data about one person, to export or erase. */
export function ContactReport({ known, gone }: Props) {
  const { say, number } = useLocale();
  const erase = useAct(() => ask(v1.contacts.erase.$post({ json: { phone: known.phone } })), ['replies'], gone);
  return (
    <section aria-label={say('report')}>
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
  );
}
