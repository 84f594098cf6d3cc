import { shownUrl } from '../../domain/callbacks/shown-url.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { AskedChanges } from '../accounts/asked-changes.tsx';
import { AskedNotice, AsksFirst } from '../accounts/asked-notice.tsx';
import { useAct, useAll, useOwner } from '../query-hooks.ts';
import { Health } from './endpoint-health.tsx';
import { List, Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, FormCard, Badge, Field, SecretOnce, Problem } from '../ui/components.tsx';
import { newSecrets } from './new-secrets.ts';
import { session } from '../people/session.ts';

export function CallbackSettings() {
  const { say } = useLocale();
  return (
    <>
      <h1>{say('callbacks')}</h1>
      <p>{say('callbackHint')}</p>
      <AsksFirst />
      <Emails />
      <Endpoints />
      <AskedChanges />
    </>
  );
}

/** Resends the link that confirms an address. */
function SendLink({ id, address }: { id: string; address: string }) {
  const { say } = useLocale();
  const send = useAct(() => ask(v1['reply-settings'].emails[':id'].confirmation.$post({ param: { id } })), ['reply-settings']);
  return (
    <>
      <Action isDisabled={send.isPending} aria-label={say('sendLinkOne', { name: address })} onPress={() => send.mutate()}>
        {say('sendLink')}
      </Action>
      {send.isSuccess ? <span role="status">{say('linkSent')}</span> : null}
      <Problem error={send.error} />
    </>
  );
}

function Emails() {
  const { say } = useLocale();
  const queries = useQueryClient();
  const { data: who } = useQuery(session);
  const owner = useOwner();
  const [address, setAddress] = useState('');
  const settings = useQuery({ queryKey: ['reply-settings'], queryFn: () => ask(v1['reply-settings'].$get()) });
  const set = useAct(
    (emails: { address: string; gather?: boolean }[]) => ask(v1['reply-settings'].$patch({ json: { emails } })),
    ['reply-settings'],
    () => {
      setAddress('');
      void queries.invalidateQueries({ queryKey: ['setting-requests'] });
    },
  );
  const addresses = settings.data?.emails.map((email) => ({ address: email.address, locale: email.locale })) ?? [];
  const add = { ...set, mutate: () => set.mutate([...addresses, { address: address.trim() }]) };
  return (
    <section>
      <h2>{say('emailsTitle')}</h2>
      <p className="hint">{say(who?.account?.platform === 'v0' ? 'emailsHintV0' : 'emailsHint')}</p>
      <Loaded of={settings}>
        {({ emails }) =>
          emails.length === 0 ? (
            <p>{say('noEmails')}</p>
          ) : (
            <ul className="rows">
              {emails.map((email) => (
                <li key={email.id}>
                  <span>
                    {email.address} {email.suppressed ? <Badge tone="bad">{say(email.suppressed)}</Badge> : null}
                    {email.gather ? <Badge>{say('gathered')}</Badge> : null}
                    {email.confirmed ? null : <Badge tone="bad">{say('unconfirmed')}</Badge>}
                  </span>
                  {owner && !email.confirmed ? <SendLink id={email.id} address={email.address} /> : null}
                  {owner ? (
                    <Action
                      isDisabled={set.isPending}
                      aria-label={say(email.gather ? 'gatherNotOne' : 'gatherOne', { name: email.address })}
                      onPress={() =>
                        set.mutate(
                          addresses.map((each) => (each.address === email.address ? { ...each, gather: !email.gather } : each)),
                        )
                      }
                    >
                      {say(email.gather ? 'gatherNot' : 'gather')}
                    </Action>
                  ) : null}
                  {owner ? (
                    <Action
                      isDisabled={set.isPending}
                      aria-label={say('removeOne', { name: email.address })}
                      onPress={() => set.mutate(addresses.filter((each) => each.address !== email.address))}
                    >
                      {say('remove')}
                    </Action>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <AskedNotice of={[set.data]} />
      {owner ? (
        <FormCard label={say('addEmail')} act={add} disabled={address.trim() === ''}>
          <Field label={say('newEmail')} type="email" value={address} onChange={setAddress} />
        </FormCard>
      ) : (
        <Problem error={set.error} />
      )}
    </section>
  );
}

function Endpoints() {
  const { say } = useLocale();
  const owner = useOwner();
  const found = useAll(['endpoints'], () => ask(v1['callback-endpoints'].$get()));
  return (
    <section>
      <h2>{say('endpointsTitle')}</h2>
      <List
        label={say('endpointsTitle')}
        found={found}
        empty={{ title: say('noEndpoints'), hint: say('noEndpointsHint') }}
        keyOf={({ id }) => id}
        columns={[
          {
            name: say('address'),
            long: true,
            cell: ({ id, url, description }) => (
              <>
                <Link to="/settings/callback/$id" params={{ id }}>
                  {shownUrl(url)}
                </Link>
                {description === '' ? null : <p className="hint">{description}</p>}
              </>
            ),
          },
          { name: say('state'), cell: ({ health }) => <Health health={health} /> },
          { name: say('scope'), cell: ({ scope }) => say(scope === 'account' ? 'scopeAccount' : 'scopeCampaigns') },
        ]}
      />
      {owner ? <NewEndpoint /> : null}
    </section>
  );
}

function NewEndpoint() {
  const { say } = useLocale();
  const navigate = useNavigate();
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const create = useAct(
    () => ask(v1['callback-endpoints'].$post({ json: { url: url.trim(), description } })),
    ['endpoints'],
    (made) => {
      if ('request' in made) return;
      newSecrets.set(made.id, made.secret);
      void navigate({ to: '/settings/callback/$id', params: { id: made.id } });
    },
  );
  const asked = create.data && 'request' in create.data ? create.data : null;
  return (
    <FormCard title={say('newEndpoint')} label={say('addEndpoint')} act={create} disabled={url.trim() === ''}>
      <Field label={say('address')} hint={say('addressHint')} type="url" value={url} onChange={setUrl} />
      <Field label={say('description')} value={description} onChange={setDescription} />
      <AskedNotice of={[asked]} />
      {asked?.secret ? <SecretOnce label={say('secret')} value={asked.secret} /> : null}
    </FormCard>
  );
}
