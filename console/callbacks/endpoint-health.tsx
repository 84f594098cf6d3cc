import { useLocale } from '../i18n/locale.tsx';
import { Badge } from '../ui/components.tsx';
import type { Word } from '../i18n/fr/index.ts';

export type HealthState = 'healthy' | 'unsteady' | 'open' | 'recovering' | 'paused' | 'disabled' | 'gone';

const words: Record<HealthState, Word> = {
  healthy: 'healthHealthy',
  unsteady: 'healthUnsteady',
  open: 'healthOpen',
  recovering: 'healthRecovering',
  paused: 'paused',
  disabled: 'healthDisabled',
  gone: 'healthGone',
};

export function Health({ health }: { health: HealthState }) {
  const { say } = useLocale();
  const tone = health === 'healthy' ? 'good' : health === 'open' || health === 'disabled' || health === 'gone' ? 'bad' : 'plain';
  return <Badge tone={tone}>{say(words[health])}</Badge>;
}
