import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useAll, useOwner } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Badge, Field, SecretOnce } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

export function KeysSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const [name, setName] = useState('');
  const found = useAll(['keys'], () => ask(v1.keys.$get()));
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
      <List
        label={say('apiKeys')}
        found={found}
        empty={{ title: say('noKeys'), hint: say('noKeysHint') }}
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
