import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { isRecord } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { session } from '../people/session.ts';

/** Says that a change was requested, not made. `of`: results of the page's mutations. */
export function AskedNotice({ of }: { of: unknown[] }) {
  const { say } = useLocale();
  if (!of.some((answer) => isRecord(answer) && 'request' in answer)) return null;
  return (
    <p role="status" className="notice">
      {say('askedChange')} <Link to="/settings/callback">{say('askedChanges')}</Link>
    </p>
  );
}

/** Warns that a V0 account's buttons make requests. */
export function AsksFirst() {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  return who?.account?.platform === 'v0' ? <p className="notice">{say('asksFirst')}</p> : null;
}
