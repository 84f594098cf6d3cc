import { useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';

/** A link to a run in the Temporal UI; its id when there is no UI. */
export function TemporalLink({ run }: { run: string | null }) {
  const { say } = useLocale();
  const { data } = useQuery({
    queryKey: ['operator-links'],
    queryFn: () => ask(v1.operator.links.$get()),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (run === null || data === undefined) return null;
  if (data.temporalRuns === null) return <code>{run}</code>;
  return (
    <a href={`${data.temporalRuns}${encodeURIComponent(run)}`} target="_blank" rel="noreferrer">
      {say('inTemporal')}
    </a>
  );
}
