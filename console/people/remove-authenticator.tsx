import { useAct } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import type { QueryKey } from '@tanstack/react-query';

type Props = { email: string; lift: () => Promise<unknown>; stale: QueryKey };

export function LiftAuthenticator({ email, lift, stale }: Props) {
  const { say } = useLocale();
  const act = useAct(lift, stale);
  return (
    <ConfirmButton label={say('dropCode')} question={say('dropCodeAsk', { email })} act={act}>
      <p>{say('dropCodeHint')}</p>
    </ConfirmButton>
  );
}
