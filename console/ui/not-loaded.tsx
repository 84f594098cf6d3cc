import { useMutation } from '@tanstack/react-query';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { reloadIfRebuilt, servedBuild } from './builds.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action } from './components.tsx';

/** A page's file could not be fetched. */
export class NotFetched extends Error {
  constructor(cause: unknown) {
    super('A file of the console could not be fetched', { cause });
    this.name = 'NotFetched';
  }
}

/** Replaces a failed page; the rest of the console stays. */
export function PageFailed({ error }: Pick<ErrorComponentProps, 'error'>) {
  const { say } = useLocale();
  const missing = error instanceof NotFetched;
  useEffect(() => {
    if (missing) void reloadIfRebuilt();
  }, [missing]);
  return (
    <div className="page">
      <h1>{say('pageFailed')}</h1>
      <NotLoaded missing={missing} />
    </div>
  );
}

/** `missing`: the file is missing; else the page failed. */
export function NotLoaded({ missing = true }: { missing?: boolean }) {
  const { say } = useLocale();
  const again = useMutation({
    mutationFn: servedBuild,
    // Offline, a reload would lose the page.
    onSuccess: (served) => served === null || window.location.reload(),
    networkMode: 'always',
  });
  const word = again.data === null ? 'problem.network' : missing ? 'notFetched' : 'problem.other';
  return (
    <div role="alert" className="problem">
      <p>{say(word)}</p>
      <Action isDisabled={again.isPending} onPress={() => again.mutate()}>
        {say('retry')}
      </Action>
    </div>
  );
}

/** Unknown address. */
export function NotThere() {
  const { say } = useLocale();
  return (
    <div className="page">
      <h1>{say('notThere')}</h1>
      <p>{say('notThereHint')}</p>
      <a href="/" className="button plain">
        {say('toStart')}
      </a>
    </div>
  );
}
