import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useLocale } from '../i18n/locale.tsx';
import { session } from '../people/session.ts';

const isAsked = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'request' in answer;

/** Says so where a change was not made but asked for. `of`: what the acts of the page were answered. */
export function AskedNotice({ of }: { of: unknown[] }) {
  const { say } = useLocale();
  if (!of.some(isAsked)) return null;
  return (
    <p role="status" className="notice">
      {say('askedChange')} <Link to="/settings/callback">{say('askedChanges')}</Link>
    </p>
  );
}

/** Says beforehand what a V0 account's buttons do. */
export function AsksFirst() {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  return who?.account?.platform === 'v0' ? <p className="notice">{say('asksFirst')}</p> : null;
}
