import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { AskedNotice } from '../accounts/asked-notice.tsx';
import { useAct } from '../query-hooks.ts';
import { Loaded, Table, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, FormCard, Check, Choice, Field, Problem } from '../ui/components.tsx';

type Backlog = 'all' | 'since' | 'none';
const LOOK_MS = 1500;
const inUtc = (local: string): string => new Date(local).toISOString();

/** Enables an endpoint again, and chooses what becomes of its backlog. */
export function Enable({ id }: { id: string }) {
  const { say } = useLocale();
  const [resume, setResume] = useState<Backlog>('all');
  const [since, setSince] = useState('');
  const enable = useAct(
    () =>
      ask(
        v1['callback-endpoints'][':id'].enable.$post({
          param: { id },
          json: { resume, ...(resume === 'since' && since !== '' ? { since: inUtc(since) } : {}) },
        }),
      ),
    ['endpoints'],
  );
  return (
    <FormCard title={say('enable')} label={say('enable')} act={enable}>
      <Choice
        label={say('backlog')}
        value={resume}
        onChange={setResume}
        options={[
          { value: 'all', label: say('backlogAll') },
          { value: 'since', label: say('backlogSince') },
          { value: 'none', label: say('backlogNone') },
        ]}
      />
      {resume === 'since' ? <Field label={say('since')} type="datetime-local" value={since} onChange={setSince} /> : null}
      <AskedNotice of={[enable.data]} />
    </FormCard>
  );
}

/** Sends deliveries again, after showing how many. */
export function Replay({ id }: { id: string }) {
  const { say, number } = useLocale();
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [delivered, setDelivered] = useState(false);
  const asked = {
    ...(since === '' ? {} : { since: inUtc(since) }),
    ...(until === '' ? {} : { until: inUtc(until) }),
    ...(delivered
      ? { states: ['delivered' as const, 'retrying' as const, 'held' as const, 'exhausted' as const, 'aborted' as const] }
      : {}),
  };
  const send = (dryRun: boolean) =>
    ask(v1['callback-endpoints'][':id'].replay.$post({ param: { id }, json: { ...asked, dryRun } }));
  const count = useMutation({ mutationFn: () => send(true) });
  const replay = useAct(
    () => send(false),
    ['replays'],
    () => count.reset(),
  );
  const change =
    <T,>(set: (value: T) => void) =>
    (value: T): void => {
      set(value);
      count.reset();
    };
  return (
    <section>
      <FormCard title={say('replayTitle')} label={say('replayCount')} act={count}>
        <p className="hint">{say('replayHint')}</p>
        <div className="filters">
          <Field label={say('since')} type="datetime-local" value={since} onChange={change(setSince)} />
          <Field label={say('until')} type="datetime-local" value={until} onChange={change(setUntil)} />
        </div>
        <Check label={say('replayDelivered')} value={delivered} onChange={change(setDelivered)} />
        <div role="status">
          {count.data ? (
            <div className="row start">
              <strong>{say('replayWouldBe', { n: number(count.data.total) })}</strong>
              {count.data.total > 0 ? <Action onPress={() => replay.mutate()}>{say('replayNow')}</Action> : null}
            </div>
          ) : null}
        </div>
        <Problem error={replay.error} />
      </FormCard>
      <Replays endpoint={id} />
    </section>
  );
}

function Replays({ endpoint }: { endpoint: string }) {
  const { say, number } = useLocale();
  const found = useQuery({
    queryKey: ['replays'],
    queryFn: () => ask(v1.replays.$get({ query: { limit: '20' } })),
    refetchInterval: ({ state }) => (state.data?.items.some(({ endedAt }) => endedAt === null) ? LOOK_MS : false),
  });
  const cancel = useAct((id: string) => ask(v1.replays[':id'].cancel.$post({ param: { id } })), ['replays']);
  return (
    <Loaded of={found}>
      {({ items }) => {
        const own = items.filter(({ endpointId }) => endpointId === endpoint);
        if (own.length === 0) return null;
        return (
          <>
            <Table
              label={say('replays')}
              rows={own}
              keyOf={({ id }) => id}
              columns={[
                { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
                { name: say('state'), cell: ({ state }) => say(`replay.${state}`) },
                { name: say('total'), figure: true, cell: ({ total }) => number(total) },
                { name: say('delivered'), figure: true, cell: ({ delivered }) => number(delivered) },
                { name: say('failed'), figure: true, cell: ({ failed }) => number(failed) },
                {
                  name: say('action'),
                  cell: ({ id, endedAt }) =>
                    endedAt === null ? <Action onPress={() => cancel.mutate(id)}>{say('halt')}</Action> : null,
                },
              ]}
            />
            <Problem error={cancel.error} />
          </>
        );
      }}
    </Loaded>
  );
}
