import { ask, v1 } from '../../api.ts';
import { useAll } from '../../query-hooks.ts';
import { List, when } from '../../ui/list.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Badge } from '../../ui/components.tsx';
import { ConfirmAct } from '../../ui/confirm-button.tsx';

export function OwnSessions() {
  const { say } = useLocale();
  const found = useAll(['own-sessions'], () => ask(v1.session.sessions.$get()));
  return (
    <section>
      <h2>{say('ownSessions')}</h2>
      <p>{say('ownSessionsHint')}</p>
      <List
        label={say('ownSessions')}
        found={found}
        empty={{ title: say('ownSessions'), hint: '' }}
        keyOf={({ id }) => id}
        columns={[
          { name: say('device'), long: true, cell: ({ device }) => device || say('deviceUnknown') },
          { name: say('networkAddress'), cell: ({ address }) => address },
          { name: say('signedInAt'), cell: ({ createdAt }) => when(createdAt) },
          { name: say('lastSeenAt'), cell: ({ lastSeenAt }) => when(lastSeenAt) },
          { name: say('endsAt'), cell: ({ endsAt }) => when(endsAt) },
          {
            name: say('actions'),
            cell: ({ id, current, device }) =>
              current ? (
                <Badge tone="good">{say('thisSession')}</Badge>
              ) : (
                <ConfirmAct
                  label={say('endSession')}
                  question={say('endSessionAsk', { device: device || say('deviceUnknown') })}
                  hint={say('endSessionHint')}
                  act={() => ask(v1.session.sessions[':id'].$delete({ param: { id } }))}
                  stale={['own-sessions']}
                />
              ),
          },
        ]}
      />
    </section>
  );
}
