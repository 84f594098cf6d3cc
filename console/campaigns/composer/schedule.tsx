import { localTime, type Account, type Composed } from './draft-model.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Check, Field } from '../../ui/components.tsx';
import { HOUR_MS } from '../../../domain/durations.ts';

type Props = { composed: Composed; change: (part: Partial<Composed>) => void; account: Account };

/** When it goes, by the clocks of the account, and what is rarely changed. */
export function Schedule({ composed, change, account }: Props) {
  const { say } = useLocale();
  const { later } = composed;
  return (
    <>
      <Check
        label={say('sendLater')}
        value={later}
        onChange={(chosen) => change({ later: chosen, sendAt: localTime(new Date(Date.now() + HOUR_MS), account.timeZone) })}
      />
      {later ? (
        <Field
          label={say('sendAt')}
          hint={say('sendAtHint', { zone: account.timeZone })}
          type="datetime-local"
          required
          value={composed.sendAt}
          onChange={(sendAt) => change({ sendAt })}
        />
      ) : null}
      <details className="more">
        <summary>{say('options')}</summary>
        <Check
          label={say('marketing')}
          hint={say('marketingHint')}
          value={composed.marketing}
          onChange={(marketing) => change({ marketing })}
        />
        <Check label={say('simulation')} value={composed.simulation} onChange={(simulation) => change({ simulation })} />
        <Field
          label={say('campaignKeyword')}
          hint={say('campaignKeywordHint')}
          value={composed.keyword}
          onChange={(keyword) => change({ keyword })}
        />
      </details>
    </>
  );
}
