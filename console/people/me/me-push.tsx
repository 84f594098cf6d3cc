import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../../api.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useAct } from '../../query-hooks.ts';
import { Check, Choice, FormCard } from '../../ui/components.tsx';
import { toast } from '../../ui/toast.tsx';
import { canPush, forgetDevice, subscribeDevice, thisDevice } from '../device.ts';

const CHOICES = ['off', 'mine', 'unassigned', 'all'] as const;

/** Push notifications of this device. */
export function PushSettings() {
  const { say, locale } = useLocale();
  const { data } = useQuery({ queryKey: ['push'], queryFn: () => ask(v1.session['push-subscriptions'].$get()) });
  const now = data?.items.find(({ id }) => id === thisDevice());
  const [changed, change] = useState<{ choice?: (typeof CHOICES)[number]; quiet?: boolean }>({});
  const choice = changed.choice ?? now?.choice ?? 'off';
  const quiet = changed.quiet ?? now?.quiet ?? true;
  const save = useAct(
    () => (choice === 'off' ? forgetDevice() : subscribeDevice(data?.publicKey ?? '', locale, { choice, quiet })),
    ['push'],
    () => {
      change({});
      toast(say('saved'));
    },
  );
  return (
    <FormCard title={say('push')} label={say('save')} act={save} disabled={!data || !canPush()}>
      <p>{say(canPush() ? 'pushHint' : 'pushUnable')}</p>
      <div className="fields">
        <Choice
          label={say('pushChoice')}
          value={choice}
          onChange={(next) => change({ ...changed, choice: next })}
          options={CHOICES.map((value) => ({ value, label: say(`push.${value}`) }))}
        />
        <Check label={say('pushQuiet')} value={quiet} onChange={(next) => change({ ...changed, quiet: next })} />
      </div>
    </FormCard>
  );
}
