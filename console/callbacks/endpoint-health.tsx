import { useLocale } from '../i18n/locale.tsx';
import { Badge, type Tone } from '../ui/components.tsx';

const TONES = {
  healthy: 'good',
  unsteady: 'plain',
  open: 'bad',
  recovering: 'plain',
  paused: 'plain',
  disabled: 'bad',
  gone: 'bad',
} as const satisfies Record<string, Tone>;

export function Health({ health }: { health: keyof typeof TONES }) {
  const { say } = useLocale();
  return <Badge tone={TONES[health]}>{say(`health.${health}`)}</Badge>;
}
