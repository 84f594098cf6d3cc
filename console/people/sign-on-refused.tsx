import { useLocale } from '../i18n/locale.tsx';
import { isWord } from '../i18n/dictionary.ts';

/** Why single sign-on was refused. */
export function SignOnRefused({ why }: { why: string }) {
  const { say } = useLocale();
  const word = `refused.${why}`;
  return (
    <p role="alert" className="problem">
      {say(isWord(word) ? word : 'refused.sign-on-refused')}
    </p>
  );
}
