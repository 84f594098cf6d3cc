import { useState } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Field } from '../ui/components.tsx';
import { Over } from '../ui/layout/dialog.tsx';

/** Picks a local date and time. */
export function SnoozeDate({ choose, close }: { choose: (until: Date) => void; close: () => void }) {
  const { say } = useLocale();
  const [written, setWritten] = useState('');
  const until = new Date(written);
  return (
    <Over title={say('snoozeUntil')} close={close}>
      <Field label={say('dayAndHour')} type="datetime-local" value={written} onChange={setWritten} />
      <div className="row end">
        <Action slot="close">{say('leaveIt')}</Action>
        <Action kind="main" isDisabled={!(until.getTime() > Date.now())} onPress={() => choose(until)}>
          {say('snooze')}
        </Action>
      </div>
    </Over>
  );
}
