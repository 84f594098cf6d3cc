import type { InferResponseType } from 'hono/client';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Download } from '../ui/components.tsx';
import { ConfirmAct } from '../ui/confirm-button.tsx';
import { Facts } from '../ui/list.tsx';
import { phoneText } from '../ui/phone-text.ts';

export type Known = InferResponseType<typeof v1.contacts.report.$post, 200>;
type Props = { known: Known; gone: (erased: InferResponseType<typeof v1.contacts.erase.$post, 200>) => void };

/** Data about one person, to export or erase. */
export function ContactReport({ known, gone }: Props) {
  const { say, number } = useLocale();
  return (
    <section aria-label={say('report')}>
      <Facts
        facts={[
          [say('contact'), say(known.contact ? 'yes' : 'no')],
          [say('optOuts'), say(known.optOut ? 'yes' : 'no')],
          [say('messages'), number(known.messages.length)],
          [say('replies'), number(known.replies.length)],
          [say('notes'), number(known.notes.length)],
        ]}
      />
      <div className="row start">
        <Download name="contact.json" type="application/json" text={JSON.stringify(known, null, 2)}>
          {say('downloadReport')}
        </Download>
        <ConfirmAct
          label={say('erase')}
          question={say('eraseAsk', { phone: phoneText(known.phone) })}
          hint={say('eraseHint')}
          act={() => ask(v1.contacts.erase.$post({ json: { phone: known.phone } }))}
          stale={['replies']}
          done={gone}
        />
      </div>
    </section>
  );
}
