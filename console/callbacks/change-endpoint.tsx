import { useState } from 'react';
import { EVENT_TYPES, type EventType } from '../../domain/callbacks/event-types.ts';
import { CALLBACK_FORMATS, type CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import { AskedNotice } from '../accounts/asked-notice.tsx';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct } from '../query-hooks.ts';
import { Check, Choice, Field } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

export type Endpoint = {
  url: string;
  description: string;
  types: string[];
  format: CallbackFormat;
  fallbackUrl: string | null;
  ordered: boolean;
  timeoutMs: number;
};
type Touched = Partial<Omit<Endpoint, 'types'> & { types: EventType[] }>;

/** Edits an endpoint; its secret, history and backlog stay. */
export function ChangeEndpoint({ id, endpoint }: { id: string; endpoint: Endpoint }) {
  const { say } = useLocale();
  // Only touched fields are sent: the others may have changed meanwhile.
  const [touched, setTouched] = useState<Touched>({});
  const touch = (part: Touched): void => setTouched((before) => ({ ...before, ...part }));
  const { url, description, types, format, fallbackUrl, ordered, timeoutMs } = { ...endpoint, ...touched };
  const save = useAct(
    () => ask(v1['callback-endpoints'][':id'].$patch({ param: { id }, json: touched })),
    ['endpoints'],
    () => setTouched({}),
  );
  return (
    <>
      <ConfirmButton
        kind="plain"
        label={say('change')}
        question={say('changeEndpoint')}
        act={save}
        disabled={url === '' || types.length === 0}
      >
        <Field label={say('address')} type="url" value={url} onChange={(next) => touch({ url: next.trim() })} />
        <Field label={say('description')} value={description} onChange={(next) => touch({ description: next })} />
        <Choice
          label={say('format')}
          value={format}
          onChange={(next) => touch({ format: next })}
          options={CALLBACK_FORMATS.map((value) => ({ value, label: say(`format.${value}`) }))}
        />
        <Field
          label={say('timeoutSeconds')}
          inputMode="numeric"
          value={String(timeoutMs / 1000)}
          onChange={(next) => touch({ timeoutMs: Number(next) * 1000 })}
        />
        <Field
          label={say('fallbackUrl')}
          hint={say('fallbackUrlHint')}
          type="url"
          value={fallbackUrl ?? ''}
          onChange={(next) => touch({ fallbackUrl: next.trim() === '' ? null : next.trim() })}
        />
        <Check label={say('ordered')} hint={say('orderedHint')} value={ordered} onChange={(on) => touch({ ordered: on })} />
        <details>
          <summary>
            {say('events')} ({types.length})
          </summary>
          {EVENT_TYPES.map((type) => (
            <Check
              key={type}
              label={type}
              value={types.includes(type)}
              onChange={(on) => touch({ types: EVENT_TYPES.filter((each) => (each === type ? on : types.includes(each))) })}
            />
          ))}
        </details>
      </ConfirmButton>
      <AskedNotice of={[save.data]} />
    </>
  );
}
