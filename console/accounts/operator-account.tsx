import { CALLBACK_FORMATS, type CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { AccountLatency } from './account-latency.tsx';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { DecideTwoWay } from './decide-two-way.tsx';
import { Facts, Loaded, Table, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Badge, Choice, Field, SecretOnce } from '../ui/components.tsx';
import { AccountClosed, CloseAccount } from '../people/close-account.tsx';
import { PeopleTable } from '../people/person-actions.tsx';
import { AccountSpend } from './spend.tsx';
import { ConfirmReason } from '../ui/confirm-button.tsx';

const decisions = { off: ['on'], requested: ['on', 'refused'], on: ['off'], refused: ['on'] } as const;

export function AccountPage() {
  const { say, number } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const account = useQuery({
    queryKey: ['accounts', id],
    queryFn: () => ask(v1.operator.accounts[':id'].$get({ param: { id } })),
  });
  return (
    <>
      <p>
        <Link to="/operator/accounts">{say('backToAccounts')}</Link>
      </p>
      <Loaded of={account}>
        {(data) => (
          <>
            <h1>
              {data.name} <Badge>{data.platform.toUpperCase()}</Badge>
            </h1>
            <Facts
              facts={[
                [say('country'), data.country],
                [say('timeZone'), data.timeZone],
                [say('created'), when(data.createdAt)],
                [say('migratedAt'), when(data.migratedAt)],
                [say('sender'), data.defaultSender],
                [say('twoWay'), say(`twoWay.${data.twoWay}`)],
              ]}
            />
            <h2>{say('twoWay')}</h2>
            {data.twoWayHistory.length > 0 ? (
              <Table
                label={say('history')}
                rows={data.twoWayHistory}
                keyOf={({ at, state }) => `${at} ${state}`}
                columns={[
                  { name: say('at'), cell: ({ at }) => when(at) },
                  { name: say('state'), cell: ({ state }) => say(`twoWay.${state}`) },
                  { name: say('by'), cell: ({ by }) => by },
                  { name: say('reason'), long: true, cell: ({ reason }) => reason },
                  {
                    name: say('expectedVolume'),
                    figure: true,
                    cell: ({ expectedVolume }) => (expectedVolume === null ? '' : number(expectedVolume)),
                  },
                ]}
              />
            ) : null}
            <div className="card">
              <DecideTwoWay id={id} may={decisions[data.twoWay]} />
            </div>
            <People id={id} />
            <AccountSpend id={id} />
            <AccountLatency id={id} />
            {data.closing ? (
              <AccountClosed
                until={data.closing.eraseAt}
                stale={['accounts']}
                reopen={data.closing.erasedAt ? null : () => ask(v1.operator.accounts[':id'].reopen.$post({ param: { id } }))}
              />
            ) : (
              <CloseAccount
                name={data.name}
                stale={['accounts']}
                close={(json) => ask(v1.operator.accounts[':id'].close.$post({ param: { id }, json }))}
              />
            )}
            {data.platform === 'v0' ? (
              <>
                <ReplyEmails id={id} />
                <ReplyCallback id={id} />
                <Migration id={id} />
              </>
            ) : null}
          </>
        )}
      </Loaded>
    </>
  );
}

/** Members of the account; the operator helps owners who lost their phone. */
function People({ id }: { id: string }) {
  const { say } = useLocale();
  const one = v1.operator.users[':id'];
  const people = useQuery({
    queryKey: ['accounts', id, 'users'],
    queryFn: () => ask(v1.operator.accounts[':id'].users.$get({ param: { id } })),
  });
  return (
    <section>
      <h2>{say('team')}</h2>
      <Loaded of={people}>
        {({ items }) => (
          <PeopleTable
            people={items}
            stale={['accounts', id, 'users']}
            may={() => true}
            mayLift={({ role }) => role === 'owner'}
            actsOn={(userId) => ({
              change: (role) => ask(one.$patch({ param: { id: userId }, json: { role } })),
              remove: () => ask(one.$delete({ param: { id: userId } })),
              endSessions: () => ask(one.sessions.end.$post({ param: { id: userId } })),
              lift: () => ask(one.totp.remove.$post({ param: { id: userId } })),
            })}
          />
        )}
      </Loaded>
    </section>
  );
}

/** On V0 the operator sets the reply addresses. */
function ReplyEmails({ id }: { id: string }) {
  const { say } = useLocale();
  const [list, setList] = useState('');
  const emails = list.split(/[\s,;]+/).flatMap((address) => (address === '' ? [] : [{ address }]));
  const set = useAct(
    () => ask(v1.operator.accounts[':id']['reply-settings'].$patch({ param: { id }, json: { emails } })),
    ['accounts', id],
  );
  return (
    <FormCard title={say('replyEmails')} label={say('save')} act={set}>
      <Field label={say('newEmail')} hint={say('replyEmailsHint')} rows={3} value={list} onChange={setList} />
      {set.data ? <p role="status">{set.data.emails.map(({ address }) => address).join(', ') || say('noEmails')}</p> : null}
    </FormCard>
  );
}

/** Creates an endpoint at the customer's request; the customer gets a mail. */
function ReplyCallback({ id }: { id: string }) {
  const { say } = useLocale();
  const [url, setUrl] = useState('');
  const [format, setFormat] = useState<CallbackFormat>('standard');
  const fields = { url: url.trim(), format };
  const make = useAct(
    () => ask(v1.operator.accounts[':id']['reply-changes'].$post({ param: { id }, json: { kind: 'endpoint-new', fields } })),
    ['accounts', id],
    () => setUrl(''),
  );
  return (
    <FormCard title={say('newEndpoint')} label={say('addEndpoint')} act={make} disabled={fields.url === ''}>
      <Field label={say('address')} hint={say('replyCallbackHint')} type="url" value={url} onChange={setUrl} />
      <Choice
        label={say('format')}
        value={format}
        onChange={setFormat}
        options={CALLBACK_FORMATS.map((value) => ({ value, label: say(`format.${value}`) }))}
      />
      {make.data?.secret ? <SecretOnce label={say('secret')} value={make.data.secret} /> : null}
    </FormCard>
  );
}

function Migration({ id }: { id: string }) {
  const { say, number } = useLocale();
  const preview = useQuery({
    queryKey: ['accounts', id, 'migration'],
    queryFn: () => ask(v1.operator.accounts[':id'].migration.$get({ param: { id } })),
  });
  return (
    <section>
      <h2>{say('migration')}</h2>
      <Loaded of={preview}>
        {({ changes, campaignsUnderWay, draftsToCheck }) => (
          <>
            <Table
              label={say('migration')}
              rows={changes}
              keyOf={({ code }) => code}
              columns={[
                { name: say('whatChanges'), cell: ({ code }) => say(`migration.${code}`) },
                { name: 'V0', cell: ({ code }) => say(`migration.${code}.before`) },
                { name: 'V2', cell: ({ code }) => say(`migration.${code}.after`) },
              ]}
            />
            <p>{say('migrationCampaigns', { underWay: number(campaignsUnderWay), drafts: number(draftsToCheck) })}</p>
            <ConfirmReason
              label={say('migrate')}
              question={say('migrateAsk')}
              hint={say('migrateHint')}
              act={(reason) => ask(v1.operator.accounts[':id'].migration.$post({ param: { id }, json: { reason } }))}
              stale={['accounts']}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}
