import { useQuery } from '@tanstack/react-query';
import { useRef, type Ref } from 'react';
import { MessageSquareText, SendHorizontal, Smile } from 'lucide-react';
import type { Conversation } from './conversation-change.ts';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Meter } from '../ui/segment-meter.tsx';
import { Action, Field, insertAtCaret, Problem, SubmitForm } from '../ui/components.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { mergedWith } from './merge-text.ts';
import { useAnswer } from './use-answer.ts';

/** Likely a keyboard; phones have their own emoji keys. */
const KEYBOARD = window.matchMedia('(hover: hover) and (min-width: 761px)');
const EMOJI = ['🙂', '😀', '😉', '😍', '🙏', '👍', '👏', '🎉', '🎁', '❤️', '✅', '☀️'];

export function Answer({ conversation }: { conversation: Conversation }) {
  const { say } = useLocale();
  const area = useRef<HTMLTextAreaElement>(null);
  const canned = useRef<HTMLButtonElement>(null);
  const { text, missing, ready, waits, error, isSending, change, submit, takeBack } = useAnswer(conversation);
  if (waits)
    return (
      <div role="status" className="opted-out row">
        <span>
          {say('waitsForConnection')} <q>{text}</q>
        </span>
        <Action onPress={takeBack}>{say('leaveIt')}</Action>
      </div>
    );
  return (
    <SubmitForm id="answer" className="answer" act={submit}>
      <Field
        unseen
        label={say('yourAnswer')}
        placeholder={say(KEYBOARD.matches ? 'answerHint' : 'yourAnswer')}
        rows={1}
        area={area}
        value={text}
        onChange={change}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return submit();
          if (event.key !== '/' || text !== '' || !canned.current) return event.continuePropagation();
          event.preventDefault();
          canned.current.click();
        }}
      />
      <div className="adds">
        {KEYBOARD.matches ? (
          <MenuButton
            label={say('emoji')}
            className="button ghost icon"
            menu="menu emoji"
            groups={[{ items: EMOJI.map((each) => ({ text: each, act: () => insertAtCaret(area.current, each) })) }]}
          >
            <Smile aria-hidden="true" />
          </MenuButton>
        ) : null}
        <Canned conversation={conversation} opener={canned} choose={(answer) => insertWord(area.current, answer)} />
      </div>
      <div className="trouble">
        {missing.length > 0 ? (
          <p role="alert" className="problem">
            {say('fillIn', { tags: missing.map((name) => `{{${name}}}`).join(' ') })}
          </p>
        ) : null}
        <Problem error={error} />
      </div>
      <Meter text={text} />
      <Action kind="main" type="submit" isDisabled={!ready} aria-label={say(isSending ? 'sending' : 'send')}>
        <SendHorizontal aria-hidden="true" /> <span className="words">{say(isSending ? 'sending' : 'send')}</span>
      </Action>
    </SubmitForm>
  );
}

/** Inserts at the caret, after a space where needed. */
function insertWord(area: HTMLTextAreaElement | null, text: string): void {
  const before = area?.value.slice(0, area.selectionStart) ?? '';
  insertAtCaret(area, before === '' || /\s$/.test(before) ? text : ` ${text}`);
}

type CannedProps = { conversation: Conversation; opener: Ref<HTMLButtonElement>; choose: (text: string) => void };

/** Canned answers with this contact's merge values. */
function Canned({ conversation, opener, choose }: CannedProps) {
  const { say } = useLocale();
  const { data } = useQuery({ queryKey: ['canned-answers'], queryFn: () => ask(v1['canned-answers'].$get()) });
  if (!data || data.items.length === 0) return null;
  const { phone, firstName, lastName } = conversation;
  // A masked number is not sent.
  const values = { phone: phone.includes('•') ? '' : phoneText(phone), firstName: firstName ?? '', lastName: lastName ?? '' };
  const items = data.items.map(({ id, name, text }) => ({ id, text: name, act: () => choose(mergedWith(text, values).text) }));
  return (
    <MenuButton label={say('canned')} opener={opener} className="button ghost icon" groups={[{ items }]}>
      <MessageSquareText aria-hidden="true" />
    </MenuButton>
  );
}
