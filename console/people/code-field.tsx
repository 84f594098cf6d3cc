import { useState } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Field } from '../ui/components.tsx';

/** A code of the authenticator, or a recovery code. */
export function CodeField({ value, onChange }: { value: string; onChange: (code: string) => void }) {
  const { say } = useLocale();
  const [recovery, setRecovery] = useState(false);
  return (
    <>
      {recovery ? (
        <Field label={say('recoveryCode')} autoComplete="off" required value={value} onChange={onChange} />
      ) : (
        <Field label={say('code')} autoComplete="one-time-code" inputMode="numeric" required value={value} onChange={onChange} />
      )}
      <p>
        <Action
          kind="link"
          onPress={() => {
            setRecovery(!recovery);
            onChange('');
          }}
        >
          {say(recovery ? 'useDigits' : 'useRecoveryCode')}
        </Action>
      </p>
    </>
  );
}
