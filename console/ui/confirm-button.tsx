import { Suspense, useState, type ReactNode } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Action } from './components.tsx';
import type { Asked } from './layout/confirm-dialog.tsx';
import { lazyPart } from './lazy-part.ts';

/** Loaded as the pointer comes near, or when it is asked. */
const load = () => import('./layout/confirm-dialog.tsx');
const Question = lazyPart(async () => (await load()).ConfirmDialog);

/** `closed`: whether there is nothing to ask for. */
type Props = Omit<Asked, 'close'> & { closed?: boolean };

/** A button that asks before it does what can not be undone. */
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

/** The question alone, for whoever asks from elsewhere than a button. */
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

type OneProps = { name: string; change: Props['act']; remove: Props['act']; disabled: boolean; children: ReactNode };

/** One of a list is changed where it stands, or removed. */
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
