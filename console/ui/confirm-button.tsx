import type { QueryKey } from '@tanstack/react-query';
import { Suspense, useState, type ReactNode } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { useAct } from '../query-hooks.ts';
import { Action, Field } from './components.tsx';
import type { Asked } from './layout/confirm-dialog.tsx';
import { lazyPart } from './lazy-part.ts';

/** Loaded on hover or on press. */
const load = () => import('./layout/confirm-dialog.tsx');
const Question = lazyPart(async () => (await load()).ConfirmDialog);

/** `closed`: the button is disabled. */
type Props = Omit<Asked, 'close'> & { closed?: boolean };

/** A button that asks for confirmation. */
export function ConfirmButton({ closed = false, ...props }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Action kind={props.kind ?? 'danger'} isDisabled={closed} onHoverStart={() => void load()} onPress={() => setOpen(true)}>
        {props.label}
      </Action>
      <ConfirmDialog {...props} open={open} change={setOpen} />
    </>
  );
}

/** The dialog without its button. */
export function ConfirmDialog({
  open,
  change,
  ...asked
}: Omit<Asked, 'close'> & { open: boolean; change: (open: boolean) => void }) {
  if (!open) return null;
  return (
    <Suspense>
      <Question {...asked} close={() => change(false)} />
    </Suspense>
  );
}

type ActProps<R> = Pick<Props, 'label' | 'question' | 'kind'> & {
  hint?: string;
  act: () => Promise<R>;
  stale: QueryKey;
  done?: (result: R) => void;
};

/** Confirms, then acts and refetches `stale`. */
export const ConfirmAct = <R,>({ hint, act, stale, done, ...asked }: ActProps<R>) => (
  <ConfirmButton {...asked} act={useAct(act, stale, done)}>
    {hint === undefined ? null : <p>{hint}</p>}
  </ConfirmButton>
);

type ReasonProps = Pick<Props, 'label' | 'question' | 'kind'> & {
  hint?: string;
  reasonHint?: string;
  act: (reason: string) => Promise<unknown>;
  stale: QueryKey;
};

/** Confirms with a reason, which is required. */
export function ConfirmReason({ hint, reasonHint = '', act, stale, ...asked }: ReasonProps) {
  const { say } = useLocale();
  const [reason, setReason] = useState('');
  return (
    <ConfirmButton {...asked} act={useAct(() => act(reason), stale)} disabled={reason.trim() === ''}>
      {hint === undefined ? null : <p>{hint}</p>}
      <Field label={say('reason')} hint={reasonHint} value={reason} onChange={setReason} />
    </ConfirmButton>
  );
}

type OneProps = { name: string; change: Props['act']; remove: Props['act']; disabled: boolean; children: ReactNode };

/** Edit and remove buttons of a list's row. */
export function ChangeOrRemove({ name, change, remove, disabled, children }: OneProps) {
  const { say } = useLocale();
  return (
    <div className="row start">
      <ConfirmButton kind="plain" label={say('change')} question={say('changeOne', { name })} act={change} disabled={disabled}>
        {children}
      </ConfirmButton>
      <ConfirmButton label={say('remove')} question={say('removeAsk', { name })} act={remove} />
    </div>
  );
}
