import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { Loaded, Table, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Badge, Empty, Field, SecretOnce } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

export function KeysSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const [name, setName] = useState('');
  const found = useQuery({ queryKey: ['keys'], queryFn: () => ask(v1.keys.$get()) });
  const create = useAct(
    () => ask(v1.keys.$post({ json: { name } })),
    ['keys'],
    () => setName(''),
  );
  return (
    <>
      <h1>{say('apiKeys')}</h1>
      <p>
        {say('apiKeysHint')}{' '}
        <a href="/docs" target="_blank" rel="noreferrer">
          {say('apiReference')}
        </a>
      </p>
      {create.data ? <SecretOnce label={create.data.name} value={create.data.key} /> : null}
      <Loaded of={found}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={say('noKeys')} hint={say('noKeysHint')} />
          ) : (
            <Table
              label={say('apiKeys')}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                { name: say('name'), long: true, cell: (key) => key.name },
                { name: say('beginsWith'), cell: ({ prefix }) => <code>{prefix}…</code> },
                { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
                {
                  name: say('state'),
                  cell: (key) =>
                    key.revokedAt ? (
                      <Badge>{say('revoked')}</Badge>
                    ) : owner ? (
                      <Revoke id={key.id} name={key.name} />
                    ) : (
                      <Badge tone="good">{say('inUse')}</Badge>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {owner ? (
        <FormCard title={say('newKey')} label={say('createKey')} act={create} disabled={name.trim() === ''}>
          <Field label={say('name')} hint={say('keyNameHint')} value={name} onChange={setName} />
        </FormCard>
      ) : null}
    </>
  );
}

function Revoke({ id, name }: { id: string; name: string }) {
  const { say } = useLocale();
  const revoke = useAct(() => ask(v1.keys[':id'].$delete({ param: { id } })), ['keys']);
  return (
    <ConfirmButton label={say('revoke')} question={say('revokeAsk', { name })} act={revoke}>
      <p>{say('revokeHint')}</p>
    </ConfirmButton>
  );
}
