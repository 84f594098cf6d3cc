import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog, Heading, Label, Modal, ModalOverlay, Radio, RadioGroup } from 'react-aria-components';
import { Facts } from '../../ui/list.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem } from '../../ui/components.tsx';
import { phoneText } from '../../ui/phone-text.ts';
import { Verdict } from './preview-panel.tsx';
import type { Preview } from './use-preview.ts';

/** So long everything that was sent can be undone: the server holds it, whatever becomes of this page. */
export const HOLD_SECONDS = 10;
/** While somebody reads it may become night. */
const LOOK_MS = 60_000;

/** When it is to go: `sendAt` in the place of what was asked for, if the hour is to be waited for. */
export type Departure = { holdSeconds: number; sendAt?: string };

type Props = {
  /** What is sent, as a key of its own, and how it is looked at once more. */
  of: unknown;
  look: () => Promise<Preview>;
  name: string;
  /** When it was asked to go; null for at once. */
  sendAt: string | null;
  /** On the button that sends. */
  label: string;
  act: { mutateAsync: (departure: Departure) => Promise<unknown>; isPending: boolean; error: unknown };
  close: () => void;
};

/** Says once more what goes to whom, when and for how much, before it is sent. */
export const Review = (props: Props) => {
  const { say } = useLocale();
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => open || props.close()}>
      <Modal className="modal">
        <Dialog role="alertdialog">
          <Heading slot="title">{say('reviewAsk')}</Heading>
          <Reviewed {...props} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
};

function Reviewed({ of, look, name, sendAt, label, act, close }: Props) {
  const { say } = useLocale();
  const [chosen, choose] = useState<Hour | null>(null);
  const preview = useQuery({ queryKey: ['review', of], queryFn: look, gcTime: 0, staleTime: 0, refetchInterval: LOOK_MS });
  const { data } = preview;
  // An account that holds them has them wait each for their own hour.
  const clearAt = data?.quietHours.policy === 'warn' ? data.quietHours.clearAt : null;
  const hour = clearAt === null ? 'asked' : (chosen ?? (sendAt === null ? 'clear' : 'asked'));
  const departure = { holdSeconds: HOLD_SECONDS, ...(hour === 'clear' && clearAt !== null ? { sendAt: clearAt } : {}) };
  return (
    <>
      <Problem error={preview.error} retry={() => void preview.refetch()} />
      {data ? <Told name={name} sendAt={clearAt === null ? sendAt : undefined} preview={data} /> : null}
      {!data && !preview.error ? <p role="status">{say('loading')}</p> : null}
      {clearAt === null ? null : <Hours sendAt={sendAt} clearAt={clearAt} hour={hour} choose={choose} />}
      <Problem error={act.error} />
      <div className="row end">
        <Action onPress={close}>{say('goBack')}</Action>
        <Action
          kind="main"
          isDisabled={!data?.accepted || act.isPending}
          onPress={() => {
            act.mutateAsync(departure).then(close, () => {
              // Said above by `error`.
            });
          }}
        >
          {act.isPending ? say('sending') : label}
        </Action>
      </div>
    </>
  );
}

type Hour = 'clear' | 'asked';
type HoursProps = { sendAt: string | null; clearAt: string; hour: Hour; choose: (hour: Hour) => void };

/** By night the morning is proposed, and what was asked for stays possible. */
function Hours({ sendAt, clearAt, hour, choose }: HoursProps) {
  const { say, time } = useLocale();
  return (
    <RadioGroup className="choices" value={hour} onChange={(value) => choose(value === 'clear' ? 'clear' : 'asked')}>
      <Label>{say('sendTime')}</Label>
      <Radio value="clear">
        <span className="dot" aria-hidden="true" /> {say('waitUntil', { at: time(clearAt) })}
      </Radio>
      <Radio value="asked">
        <span className="dot" aria-hidden="true" /> {sendAt === null ? say('sendNow') : say('keepTime', { at: time(sendAt) })}
      </Radio>
    </RadioGroup>
  );
}

/** `sendAt` undefined: it is chosen beneath. */
function Told({ name, sendAt, preview }: { name: string; sendAt: string | null | undefined; preview: Preview }) {
  const { say, number, money, time } = useLocale();
  const { recipients, segments, cost, sender, samples } = preview;
  return (
    <>
      <Facts
        facts={[
          [say('name'), name],
          [say('recipients'), number(recipients.kept)],
          [say('optedOutCount'), recipients.optedOut === 0 ? null : number(recipients.optedOut)],
          [say('segments'), number(segments.total)],
          [say('cost'), cost === null ? say('noPrice') : money(cost)],
          [say('seenSender'), sender.became === null ? null : phoneText(sender.became)],
          [say('sendTime'), sendAt === null ? say('atOnce') : sendAt === undefined ? null : time(sendAt)],
        ]}
      />
      {samples.slice(0, 1).map(({ to, text }) => (
        <p key={to} className="bubble" dir="auto">
          {text}
        </p>
      ))}
      <Verdict preview={preview} />
    </>
  );
}
