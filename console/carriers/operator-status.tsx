import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { operatorStatus } from '../shell/operator-counts.ts';
import { Loaded, Table, Tile } from '../ui/list.tsx';
import { AccountLink } from '../ui/tables/links.tsx';

const SECOND_MS = 1000;
type Status = InferResponseType<typeof v1.operator.status.$get, 200>;

/** The platform's state, and figures that link to their pages. */
export function StatusPage() {
  const { say } = useLocale();
  const status = useQuery(operatorStatus);
  return (
    <>
      <div className="row">
        <h1>{say('status')}</h1>
        <Age at={status.dataUpdatedAt} />
      </div>
      <Loaded of={status}>
        {(now) => (
          <>
            <Standing now={now} />
            <Tiles now={now} />
            <WaitingCallbacks accounts={now.callbacks.accounts} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Standing({ now: { lines, callbacks, alarms, mails, lastSync } }: { now: Status }) {
  const { say, number } = useLocale();
  const troubles = [
    lines.up < lines.all ? say('status.lines', { n: number(lines.all - lines.up) }) : '',
    alarms > 0 ? say('status.alarms', { n: number(alarms) }) : '',
    callbacks.endpoints > 0 ? say('status.callbacks', { n: number(callbacks.endpoints) }) : '',
    mails.paused ? say('status.mails') : '',
    lastSync?.state === 'failed' ? say('status.sync') : '',
  ].filter((trouble) => trouble !== '');
  const well = troubles.length === 0;
  return (
    <p role="status" className={well ? 'standing good' : 'standing bad'}>
      {well ? <CircleCheck aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}
      {well ? say('status.well') : troubles.join(' · ')}
    </p>
  );
}

type Figure = { to: NonNullable<LinkProps['to']>; name: string; value: string; bad?: boolean; hint?: string };

function Tiles({ now }: { now: Status }) {
  const { say, number, shortTime } = useLocale();
  const { lines, perSecond, campaigns, callbacks, unattributed, inDoubt, alarms, requests, mails, lastSync } = now;
  const figures: Figure[] = [
    {
      to: '/operator/carriers',
      name: say('lines'),
      value: `${number(lines.up)}/${number(lines.all)}`,
      bad: lines.up < lines.all,
    },
    { to: '/operator/carriers', name: say('throughput'), value: `${number(perSecond)}/s` },
    {
      to: '/operator/accounts',
      name: say('campaignsUnderWay'),
      value: number(campaigns.underWay),
      ...(campaigns.since === null ? {} : { hint: say('oldestSince', { at: shortTime(campaigns.since) }) }),
    },
    {
      to: '/operator/endpoints',
      name: say('callbacksWaiting'),
      value: number(callbacks.waiting),
      bad: callbacks.endpoints > 0,
      hint: say('endpointsInTrouble', { n: number(callbacks.endpoints) }),
    },
    { to: '/operator/unattributed', name: say('unattributed'), value: number(unattributed), bad: unattributed > 0 },
    { to: '/operator/ledger', name: say('inDoubt'), value: number(inDoubt), bad: inDoubt > 0 },
    {
      to: '/operator/syncs',
      name: say('lastSync'),
      value: lastSync ? shortTime(lastSync.at) : say('notSet'),
      bad: lastSync?.state === 'failed',
    },
    { to: '/operator/mail', name: say('mailsWaiting'), value: number(mails.waiting), bad: mails.paused },
    { to: '/operator/alarms', name: say('alarms'), value: number(alarms), bad: alarms > 0 },
    { to: '/operator/requests', name: say('requests'), value: number(requests) },
  ];
  return (
    <dl className="facts tiles">
      {figures.map(({ to, name, value, bad, hint }) => (
        <Tile key={name} name={<Link to={to}>{name}</Link>} value={value} {...(bad ? { tone: 'bad' } : {})} hint={hint} />
      ))}
    </dl>
  );
}

function WaitingCallbacks({ accounts }: { accounts: Status['callbacks']['accounts'] }) {
  const { say, number } = useLocale();
  if (accounts.length === 0) return null;
  return (
    <Table
      label={say('callbacksWaiting')}
      rows={accounts}
      keyOf={({ account }) => account}
      columns={[
        { name: say('account'), long: true, cell: ({ account, name }) => <AccountLink id={account} name={name} /> },
        { name: say('callbacksWaiting'), figure: true, cell: ({ waiting }) => number(waiting) },
      ]}
    />
  );
}

/** Age of the data, in seconds. */
function Age({ at }: { at: number }) {
  const { ago } = useLocale();
  const [now, look] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => look(Date.now()), SECOND_MS);
    return () => window.clearInterval(timer);
  }, []);
  return at === 0 ? null : <p className="hint">{ago(Math.max(0, Math.round((now - at) / SECOND_MS)))}</p>;
}
