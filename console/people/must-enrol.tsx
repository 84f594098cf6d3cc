import { useLocale } from '../i18n/locale.tsx';
import { Action } from '../ui/components.tsx';
import { Authenticator } from './me/me-authenticator.tsx';
import type { SignedIn } from './session.ts';
import { useLeave } from './sign-out.ts';

/** For people who must set up an authenticator first. */
export function MustEnrol({ who, done, left }: { who: SignedIn; done: () => void; left: () => void }) {
  const { say } = useLocale();
  const leave = useLeave(left);
  return (
    <main className="lone">
      <h1>{say('mustEnrol')}</h1>
      <p>{say('mustEnrolHint')}</p>
      <Authenticator user={who.user} />
      {who.mustEnrol ? (
        <Action onPress={() => leave.mutate()}>{say('signOut')}</Action>
      ) : (
        <Action kind="main" onPress={done}>
          {say('goOn')}
        </Action>
      )}
    </main>
  );
}
