import { Form as Fields } from 'react-aria-components';
import { Refusal } from '../../api.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem } from '../../ui/components.tsx';
import { MessageStep, OptionsStep } from './campaign-fields.tsx';
import { useKeeping } from './composition.ts';
import type { Account } from './draft-model.ts';
import { PhonePreview } from './phone-preview.tsx';
import { Verdict } from './preview-panel.tsx';
import { RecipientsField } from './recipients-field.tsx';
import { ReviewStep } from './review-send.tsx';
import { Stages, Summary } from './stages.tsx';
import type { Place } from './troubles.ts';
import { useSending, type Sending } from './use-sending.ts';
import { useWriting, type Begun, type Writing } from './use-writing.ts';
import '../campaigns.css';

type Props = Begun & { account: Account; began: (id: string) => void };

/** Composes a campaign in four steps and saves each change. */
export function Composer({ account, id, form: first, draft, began }: Props) {
  const { say } = useLocale();
  const writing = useWriting({ form: first, draft, account });
  const { form, go, body, preview, error, behind, places } = writing;
  const keeping = useKeeping({ id, campaign: draft?.campaign.id ?? null, form, began });
  const sending = useSending(writing, draft, keeping);
  return (
    <>
      <Stages step={form.step} go={go} wrong={writing.wrongIn} />
      <div className="composer">
        <Fields validationBehavior="aria" onSubmit={(event) => event.preventDefault()}>
          <ThisStep writing={writing} sending={sending} listed={draft?.listed ?? 0} />
          {error instanceof Refusal && error.faults.length > 0 ? null : <Problem error={error} />}
        </Fields>
        <PhonePreview preview={preview} text={form.composed.text} />
      </div>
      <Summary
        preview={preview}
        behind={behind}
        sendAt={body.sendAt ?? null}
        wrong={places.size}
        keeping={keeping}
        step={form.step}
        go={go}
      >
        {draft ? (
          <Action kind="ghost" onPress={() => sending.discard(draft.campaign.id)}>
            {say('discard')}
          </Action>
        ) : null}
      </Summary>
    </>
  );
}

type StepProps = { writing: Writing; sending: Sending; listed: number };

function ThisStep({ writing, sending, listed }: StepProps) {
  const { say } = useLocale();
  const { form, set, read, lacking, preview, troubles } = writing;
  const fields = { ...writing, composed: form.composed };
  const verdict = (place: Place) => <Verdict preview={preview} troubles={troubles.filter((each) => each.place === place)} />;
  switch (form.step) {
    case 'message':
      return <MessageStep {...fields} />;
    case 'recipients':
      return (
        <>
          <RecipientsField
            form={form}
            set={set}
            read={read}
            listed={listed}
            error={lacking.recipients && say(lacking.recipients)}
          />
          {verdict('recipients')}
        </>
      );
    case 'options':
      return (
        <>
          <OptionsStep {...fields} />
          {verdict('sender')}
        </>
      );
    case 'review':
      return <ReviewStep writing={writing} sending={sending} />;
    default:
      return form.step satisfies never;
  }
}
