import { useNavigate } from '@tanstack/react-router';
import { Keyboard, LogOut, Rocket, UserRound } from 'lucide-react';
import { useState } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import type { SignedIn } from '../people/session.ts';
import { Avatar, initialsOf } from '../ui/avatar.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { appearanceOf, choose } from './appearance.ts';

type Props = { who: SignedIn; keys: () => void; leave: () => void };

/** The person's menu: profile, language, appearance. */
export function AccountMenu({ who, keys, leave }: Props) {
  const { say, locale, change } = useLocale();
  const navigate = useNavigate();
  const [, seen] = useState(0);
  const entry = (text: string, chosen: boolean, act: () => void) => ({
    text,
    chosen,
    act: () => {
      act();
      seen((before) => before + 1);
    },
  });
  return (
    <MenuButton
      label={`${say('accountMenu')} ${initialsOf(who.user.email)}`.trim()}
      className="account"
      groups={[
        {
          name: who.user.email,
          items: [
            { text: say('me'), icon: UserRound, act: () => void navigate({ to: '/me' }) },
            ...(who.user.role === 'owner'
              ? [{ text: say('firstSteps'), icon: Rocket, act: () => void navigate({ to: '/start' }) }]
              : []),
          ],
        },
        {
          name: say('languageWord'),
          items: (['fr', 'en'] as const).map((each) => ({
            text: each === 'fr' ? 'Français' : 'English',
            chosen: each === locale,
            act: () => change(each),
          })),
        },
        {
          name: say('theme'),
          items: (['auto', 'light', 'dark'] as const).map((each) =>
            entry(say(`theme.${each}`), appearanceOf('theme') === each, () => choose('theme', each)),
          ),
        },
        {
          name: say('density'),
          items: (['dense', 'roomy'] as const).map((each) =>
            entry(say(`density.${each}`), appearanceOf('density') === each, () => choose('density', each)),
          ),
        },
        {
          name: say('rail'),
          items: (['narrow', 'wide'] as const).map((each) =>
            entry(say(`rail.${each}`), appearanceOf('rail') === each, () => choose('rail', each)),
          ),
        },
        {
          items: [
            { text: say('keys'), icon: Keyboard, act: keys },
            { text: say('signOut'), icon: LogOut, act: leave },
          ],
        },
      ]}
    >
      <Avatar name={who.user.email} />
    </MenuButton>
  );
}
