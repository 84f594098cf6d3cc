import { useMutation } from '@tanstack/react-query';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { reloadIfRebuilt, servedBuild } from './builds.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action } from './components.tsx';

/** The file of a page, or of a part of one, that could not be fetched. */
export class NotFetched extends Error {
  constructor(cause: unknown) {
    super('A file of the console could not be fetched', { cause });
    this.name = 'NotFetched';
  }
}

/** In the place of a page that failed, so that the rest of the console stays: in words, and with a way on. */
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

/** Says that something is not there. `missing`: its file; else it failed by itself. */
export function NotLoaded({ missing = true }: { missing?: boolean }) {
  const { say } = useLocale();
  const again = useMutation({
    mutationFn: servedBuild,
    // Without a server a reload would take away what is still there.
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

/** At an address where the console has nothing. */
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
