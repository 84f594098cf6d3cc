import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { Facts, Loaded, Table } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Check, Choice, Field, FormCard, Problem } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { ROLES, type Role } from './person-actions.tsx';

type SignOn = InferResponseType<(typeof v1)['sign-on']['$get'], 200>;
type Provider = NonNullable<SignOn['provider']>;
type AnyRole = Role | 'operator';
type Settings<R> = Omit<Provider, 'id' | 'roles' | 'defaultRole'> & {
  roles: Record<string, R>;
  defaultRole: R | null;
  clientSecret?: string;
};

const isMember = (role: string): role is Role => ROLES.some((known) => known === role);
const isAny = (role: string): role is AnyRole => role === 'operator' || isMember(role);

/** One `claim value = role` a line. */
const written = (roles: Record<string, string>): string =>
  Object.entries(roles)
    .map((pair) => pair.join(' = '))
    .join('\n');
const read = <R extends string>(text: string, isRole: (role: string) => role is R): Record<string, R> =>
  Object.fromEntries(
    text.split('\n').flatMap((line): [string, R][] => {
      const at = line.lastIndexOf('=');
      const [value, role] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      return value !== '' && isRole(role) ? [[value, role]] : [];
    }),
  );

export function SignOnSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  const found = useQuery({ queryKey: ['sign-on'], queryFn: () => ask(v1['sign-on'].$get()) });
  const set = useAct((json: Settings<Role>) => ask(v1['sign-on'].$put({ json })), ['sign-on']);
  const remove = useAct(() => ask(v1['sign-on'].$delete()), ['sign-on']);
  return (
    <>
      <h1>{say('signOn')}</h1>
      <p>{say('signOnHint')}</p>
      <Loaded of={found}>
        {(signOn) => (
          <>
            <ProviderForm key={signOn.provider?.id} signOn={signOn} isRole={isMember} set={set} remove={remove} may={owner} />
            <Domains domains={signOn.domains} may={owner} />
          </>
        )}
      </Loaded>
    </>
  );
}

/** Single sign-on of the installation, which can grant the operator role. */
export function OperatorSignOn() {
  const { say } = useLocale();
  const api = v1.operator['sign-on'];
  const found = useQuery({ queryKey: ['operator', 'sign-on'], queryFn: () => ask(api.$get()) });
  const set = useAct((json: Settings<AnyRole>) => ask(api.$put({ json })), ['operator', 'sign-on']);
  const remove = useAct(() => ask(api.$delete()), ['operator', 'sign-on']);
  return (
    <>
      <h1>{say('signOn')}</h1>
      <p>{say('signOnOperatorHint')}</p>
      <Loaded of={found}>
        {(signOn) => <ProviderForm key={signOn.provider?.id} signOn={signOn} isRole={isAny} set={set} remove={remove} may />}
      </Loaded>
    </>
  );
}

type Act<A> = { mutate: (given: A) => void; isPending: boolean; error: unknown };
type FormProps<R extends AnyRole> = {
  signOn: SignOn;
  isRole: (role: string) => role is R;
  set: Act<Settings<R>>;
  remove: { mutateAsync: () => Promise<unknown>; isPending: boolean; error: unknown };
  may: boolean;
};

/** The form's values. */
type Written = Record<'issuer' | 'clientId' | 'clientSecret' | 'roleClaim' | 'roles' | 'defaultRole', string> & {
  required: boolean;
};
const writtenOf = (provider: Provider | null): Written =>
  provider
    ? {
        issuer: provider.issuer,
        clientId: provider.clientId,
        clientSecret: '',
        roleClaim: provider.roleClaim ?? '',
        roles: written(provider.roles),
        defaultRole: provider.defaultRole ?? 'none',
        required: provider.required,
      }
    : { issuer: '', clientId: '', clientSecret: '', roleClaim: '', roles: '', defaultRole: 'none', required: false };

function ProviderForm<R extends AnyRole>({ signOn: { provider, redirectUri }, isRole, set, remove, may }: FormProps<R>) {
  const { say } = useLocale();
  const [given, setGiven] = useState(() => writtenOf(provider));
  const change = (part: Partial<typeof given>): void => setGiven((before) => ({ ...before, ...part }));
  const { issuer, clientId, clientSecret, roleClaim, roles, defaultRole, required } = given;
  const send = (): void =>
    set.mutate({
      issuer: issuer.trim(),
      clientId: clientId.trim(),
      ...(clientSecret === '' ? {} : { clientSecret }),
      roleClaim: roleClaim.trim() || null,
      roles: read(roles, isRole),
      defaultRole: isRole(defaultRole) ? defaultRole : null,
      required,
    });
  return (
    <>
      <Facts facts={[[say('redirectUri'), redirectUri ? <code>{redirectUri}</code> : null]]} />
      <FormCard
        title={say('signOnProvider')}
        label={say('save')}
        act={{ ...set, mutate: send }}
        disabled={!may || issuer === '' || clientId === '' || (!provider && clientSecret === '')}
      >
        <Field label={say('issuer')} type="url" value={issuer} onChange={(issuer) => change({ issuer })} />
        <Field label={say('clientId')} value={clientId} onChange={(clientId) => change({ clientId })} />
        <Field
          label={say('clientSecret')}
          hint={provider ? say('clientSecretKept') : ''}
          type="password"
          autoComplete="off"
          value={clientSecret}
          onChange={(clientSecret) => change({ clientSecret })}
        />
        <Field
          label={say('roleClaim')}
          hint={say('roleClaimHint')}
          value={roleClaim}
          onChange={(roleClaim) => change({ roleClaim })}
        />
        <Field
          label={say('rolesByClaim')}
          hint={say('rolesByClaimHint')}
          rows={3}
          value={roles}
          onChange={(roles) => change({ roles })}
        />
        <Choice
          label={say('defaultRole')}
          value={defaultRole}
          onChange={(defaultRole) => change({ defaultRole })}
          options={[
            { value: 'none', label: say('notLetIn') },
            ...ROLES.map((value) => ({ value, label: say(`role.${value}Hint`) })),
          ]}
        />
        <Check
          label={say('signOnRequired')}
          hint={say('signOnRequiredHint')}
          value={required}
          onChange={(required) => change({ required })}
        />
      </FormCard>
      {provider && may ? (
        <ConfirmButton label={say('signOnRemove')} question={say('signOnRemoveAsk')} act={remove}>
          <p>{say('signOnRemoveHint')}</p>
        </ConfirmButton>
      ) : null}
    </>
  );
}

function Domains({ domains, may }: { domains: SignOn['domains']; may: boolean }) {
  const { say } = useLocale();
  const [domain, setDomain] = useState('');
  const claim = useAct(
    () => ask(v1['sign-on'].domains.$post({ json: { domain: domain.trim() } })),
    ['sign-on'],
    () => setDomain(''),
  );
  const check = useAct((id: string) => ask(v1['sign-on'].domains[':id'].check.$post({ param: { id } })), ['sign-on']);
  return (
    <section>
      <h2>{say('domains')}</h2>
      <p>{say('domainsHint')}</p>
      {domains.length > 0 ? (
        <Table
          label={say('domains')}
          rows={domains}
          keyOf={({ id }) => id}
          columns={[
            { name: say('domain'), long: true, cell: (row) => row.domain },
            {
              name: say('state'),
              cell: ({ provedAt }) => (
                <Badge tone={provedAt ? 'good' : 'plain'}>{say(provedAt ? 'domainProved' : 'stateWaiting')}</Badge>
              ),
            },
            {
              name: say('txtRecord'),
              long: true,
              cell: ({ record, provedAt }) => (provedAt ? null : <code>{`${record.name} TXT "${record.value}"`}</code>),
            },
            {
              name: say('actions'),
              shown: may,
              cell: (row) => (row.provedAt ? null : <Action onPress={() => check.mutate(row.id)}>{say('domainCheck')}</Action>),
            },
          ]}
        />
      ) : null}
      <Problem error={check.error} />
      {may ? (
        <FormCard label={say('domainClaim')} act={claim} disabled={domain.trim() === ''}>
          <Field label={say('domain')} value={domain} onChange={setDomain} />
        </FormCard>
      ) : null}
    </section>
  );
}
