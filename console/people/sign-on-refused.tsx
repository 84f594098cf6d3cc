import { useLocale } from '../i18n/locale.tsx';
import { isWord } from '../i18n/dictionary.ts';

/** Why the provider's word was not enough. */
export function SignOnRefused({ why }: { why: string }) {
  const { say } = useLocale();
  const word = `refused.${why}`;
  return (
    <p role="alert" className="problem">
      {say(isWord(word) ? word : 'refused.sign-on-refused')}
    </p>
  );
}
