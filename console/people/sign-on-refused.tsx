import { useLocale } from '../i18n/locale.tsx';

/** Why single sign-on was refused. */
export function SignOnRefused({ why }: { why: string }) {
  const { say, sayOr } = useLocale();
  return (
    <p role="alert" className="problem">
      {sayOr(`refused.${why}`, say('refused.sign-on-refused'))}
    </p>
  );
}
