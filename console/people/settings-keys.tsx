import { useState } from 'react';
import { SCOPES, type Scope } from '../../domain/people/key-scopes.ts';
import { ask, v1 } from '../api.ts';
import { useAccount, useAct, useAll, useOwner } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Badge, Check, Choice, Field, FormCard, SecretOnce } from '../ui/components.tsx';
import { ConfirmAct, ConfirmButton } from '../ui/confirm-button.tsx';

type Settings = { name: string; scopes: readonly Scope[]; networks: string; expires: string };
type Key = {
  id: string;
  name: string;
  scopes: readonly Scope[] | null;
  networks: readonly string[] | null;
  expiresAt: string | null;
  oldSecretUntil: string | null;
  revokedAt: string | null;
};
const FRESH: Settings = { name: '', scopes: ['send', 'replies'], networks: '', expires: '' };

const sentOf = ({ name, scopes, networks, expires }: Settings) => {
  const from = networks.split(/[\s,;]+/).filter((each) => each !== '');
  const expiresAt = expires === '' ? null : new Date(`${expires}T23:59:59`).toISOString();
  return { name, scopes: [...scopes], networks: from.length === 0 ? null : from, expiresAt };
};

export function KeysSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const [settings, set] = useState(FRESH);
  const [shown, setShown] = useState<{ name: string; key: string } | null>(null);
  const found = useAll(['keys'], () => ask(v1.keys.$get()));
  const create = useAct(
    () => ask(v1.keys.$post({ json: sentOf(settings) })),
    ['keys'],
    (made) => {
      set(FRESH);
      setShown(made);
    },
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
      {shown ? <SecretOnce label={shown.name} value={shown.key} /> : null}
      <List
        label={say('apiKeys')}
        found={found}
        empty={{ title: say('noKeys'), hint: say('noKeysHint') }}
        keyOf={({ id }) => id}
        columns={[
          { name: say('name'), long: true, cell: (key) => key.name },
          { name: say('beginsWith'), cell: ({ prefix }) => <code>{prefix}…</code> },
          {
            name: say('keyOpens'),
            long: true,
            cell: ({ scopes, networks }) => (
              <>
                {scopes ? (
                  scopes.map((scope) => say(`scope.${scope}`)).join(', ')
                ) : (
                  <Badge tone="bad">{say('keyOpensAll')}</Badge>
                )}
                {networks ? <p className="hint">{networks.join(', ')}</p> : null}
              </>
            ),
          },
          { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
          { name: say('lastUsed'), cell: ({ lastUsedAt }) => when(lastUsedAt) ?? say('never') },
          { name: say('expires'), cell: ({ expiresAt }) => when(expiresAt) ?? say('never') },
          { name: say('state'), cell: (key) => <State shown={key} owner={owner} show={setShown} /> },
        ]}
      />
      {owner ? (
        <FormCard
          title={say('newKey')}
          label={say('createKey')}
          act={create}
          disabled={settings.name.trim() === '' || settings.scopes.length === 0}
        >
          <Fields settings={settings} set={set} />
        </FormCard>
      ) : null}
      {owner ? <OctopushLogin /> : null}
    </>
  );
}

function OctopushLogin() {
  const { say } = useLocale();
  const account = useAccount();
  const [written, setWritten] = useState<string | null>(null);
  const now = account.data?.octopushLogin ?? '';
  const login = (written ?? now).trim();
  const save = useAct(() => ask(v1.account.$patch({ json: { octopushLogin: login === '' ? null : login } })), ['account']);
  return (
    <FormCard title={say('octopushLogin')} label={say('save')} act={save} disabled={!account.data || login === now}>
      <Field label={say('login')} hint={say('octopushLoginHint')} value={written ?? now} onChange={setWritten} />
      {save.isSuccess && login === now ? <p role="status">{say('saved')}</p> : null}
    </FormCard>
  );
}

function Fields({ settings, set }: { settings: Settings; set: (settings: Settings) => void }) {
  const { say } = useLocale();
  const { name, scopes, networks, expires } = settings;
  return (
    <>
      <Field label={say('name')} hint={say('keyNameHint')} value={name} onChange={(next) => set({ ...settings, name: next })} />
      <fieldset>
        <legend>{say('keyOpens')}</legend>
        {SCOPES.map((scope) => (
          <Check
            key={scope}
            label={say(`scope.${scope}`)}
            value={scopes.includes(scope)}
            onChange={(on) =>
              set({ ...settings, scopes: SCOPES.filter((each) => (each === scope ? on : scopes.includes(each))) })
            }
          />
        ))}
      </fieldset>
      <Field
        label={say('keyNetworks')}
        hint={say('keyNetworksHint')}
        value={networks}
        onChange={(next) => set({ ...settings, networks: next })}
      />
      <Field label={say('expires')} type="date" value={expires} onChange={(next) => set({ ...settings, expires: next })} />
    </>
  );
}

type StateProps = { shown: Key; owner: boolean; show: (made: { name: string; key: string }) => void };

function State({ shown: key, owner, show }: StateProps) {
  const { say, time } = useLocale();
  if (key.revokedAt) return <Badge>{say('revoked')}</Badge>;
  if (!owner) return <Badge tone="good">{say('inUse')}</Badge>;
  return (
    <div className="row">
      {key.oldSecretUntil ? <p className="hint">{say('oldSecretUntil', { at: time(key.oldSecretUntil) })}</p> : null}
      <ChangeKey shown={key} />
      <Rotate shown={key} show={show} />
      <ConfirmAct
        label={say('revoke')}
        question={say('revokeAsk', { name: key.name })}
        hint={say('revokeHint')}
        act={() => ask(v1.keys[':id'].$delete({ param: { id: key.id } }))}
        stale={['keys']}
      />
    </div>
  );
}

function ChangeKey({ shown: { id, name, scopes, networks, expiresAt } }: { shown: Key }) {
  const { say } = useLocale();
  const now = { name, scopes: scopes ?? SCOPES, networks: networks?.join(', ') ?? '', expires: expiresAt?.slice(0, 10) ?? '' };
  const [settings, set] = useState<Settings>(now);
  const change = useAct(() => ask(v1.keys[':id'].$patch({ param: { id }, json: sentOf(settings) })), ['keys']);
  return (
    <ConfirmButton kind="plain" label={say('change')} question={say('changeOne', { name })} act={change}>
      <Fields settings={settings} set={set} />
    </ConfirmButton>
  );
}

const HOURS = ['0', '1', '24', '168'] as const;

function Rotate({ shown: { id, name }, show }: { shown: Key; show: StateProps['show'] }) {
  const { say } = useLocale();
  const [hours, setHours] = useState<(typeof HOURS)[number]>('24');
  const rotate = useAct(
    () => ask(v1.keys[':id'].rotate.$post({ param: { id }, json: { overlapHours: Number(hours) } })),
    ['keys'],
    show,
  );
  return (
    <ConfirmButton label={say('keyRotate')} question={say('keyRotateAsk', { name })} act={rotate}>
      <Choice
        label={say('oldSecretFor')}
        value={hours}
        onChange={setHours}
        options={HOURS.map((value) => ({ value, label: say(`hours.${value}`) }))}
      />
    </ConfirmButton>
  );
}
