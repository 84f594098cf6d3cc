import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { useRef, useState } from 'react';
import { ask, freshKey, Refusal, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Meter } from '../ui/segment-meter.tsx';
import { FormCard, Field } from '../ui/components.tsx';

/** Writes to a new number; an existing conversation is opened. */
export function NewConversationPage() {
  const { say } = useLocale();
  const navigate = useNavigate();
  const [phone, setPhone] = useState(useSearch({ from: '/chat/new' }).phone ?? '');
  const [text, setText] = useState('');
  const key = useRef(freshKey());
  const start = useAct(
    async () => {
      const sent = v1.conversations.$post({ header: { 'idempotency-key': key.current }, json: { phone, text } });
      try {
        return (await ask(sent)).id;
      } catch (error) {
        key.current = freshKey();
        if (!(error instanceof Refusal) || error.code !== 'conflict') throw error;
        const { items } = await ask(v1.conversations.$get({ query: { search: phone, limit: '1' } }));
        const [there] = items;
        if (!there) throw error;
        return there.id;
      }
    },
    ['conversations'],
    (id) => void navigate({ to: '/chat/$id', params: { id } }),
  );
  return (
    <section className="thread start" aria-label={say('newConversation')}>
      <header>
        <Link to="/chat" className="back" aria-label={say('back')}>
          <ChevronLeft aria-hidden="true" />
        </Link>
        <h1>{say('newConversation')}</h1>
      </header>
      <FormCard label={say(start.isPending ? 'sending' : 'send')} act={start} disabled={phone.trim() === '' || text === ''}>
        <Field label={say('filterNumber')} hint={say('newConversationHint')} type="tel" value={phone} onChange={setPhone} />
        <Field label={say('message')} rows={4} value={text} onChange={setText} />
        <Meter text={text} />
      </FormCard>
    </section>
  );
}
