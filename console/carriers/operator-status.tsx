import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { operatorStatus } from '../shell/operator-counts.ts';
import { Loaded, Table, Tile } from '../ui/list.tsx';

const SECOND_MS = 1000;

/** The platform in one sentence, and each figure with the page behind it. */
export function StatusPage() {
  const { say, number, shortTime } = useLocale();
  const status = useQuery(operatorStatus);
  return (
    <>
      <div className="row">
        <h1>{say('status')}</h1>
        <Age at={status.dataUpdatedAt} />
      </div>
      <Loaded of={status}>
        {({ lines, perSecond, campaigns, callbacks, unattributed, inDoubt, alarms, requests, mails, lastSync }) => {
          const troubles = [
            lines.up < lines.all ? say('status.lines', { n: number(lines.all - lines.up) }) : '',
            alarms > 0 ? say('status.alarms', { n: number(alarms) }) : '',
            callbacks.endpoints > 0 ? say('status.callbacks', { n: number(callbacks.endpoints) }) : '',
            mails.paused ? say('status.mails') : '',
            lastSync?.state === 'failed' ? say('status.sync') : '',
          ].filter((trouble) => trouble !== '');
          const well = troubles.length === 0;
          const tile = (to: NonNullable<LinkProps['to']>, name: string, value: string, bad: boolean, hint?: string) => (
            <Tile name={<Link to={to}>{name}</Link>} value={value} {...(bad ? { tone: 'bad' } : {})} hint={hint} />
          );
          return (
            <>
              <p role="status" className={well ? 'standing good' : 'standing bad'}>
                {well ? <CircleCheck aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}
                {well ? say('status.well') : troubles.join(' · ')}
              </p>
              <dl className="facts tiles">
                {tile('/operator/carriers', say('lines'), `${number(lines.up)}/${number(lines.all)}`, lines.up < lines.all)}
                {tile('/operator/carriers', say('throughput'), `${number(perSecond)}/s`, false)}
                {tile(
                  '/operator/accounts',
                  say('campaignsUnderWay'),
                  number(campaigns.underWay),
                  false,
                  campaigns.since === null ? undefined : say('oldestSince', { at: shortTime(campaigns.since) }),
                )}
                {tile(
                  '/operator/endpoints',
                  say('callbacksWaiting'),
                  number(callbacks.waiting),
                  callbacks.endpoints > 0,
                  say('endpointsInTrouble', { n: number(callbacks.endpoints) }),
                )}
                {tile('/operator/unattributed', say('unattributed'), number(unattributed), unattributed > 0)}
                {tile('/operator/ledger', say('inDoubtShort'), number(inDoubt), inDoubt > 0)}
                {tile(
                  '/operator/syncs',
                  say('lastSync'),
                  lastSync ? shortTime(lastSync.at) : say('notSet'),
                  lastSync?.state === 'failed',
                )}
                {tile('/operator/mail', say('mailsWaiting'), number(mails.waiting), mails.paused)}
                {tile('/operator/alarms', say('alarms'), number(alarms), alarms > 0)}
                {tile('/operator/requests', say('requests'), number(requests), false)}
              </dl>
              {callbacks.accounts.length > 0 ? (
                <Table
                  label={say('callbacksWaiting')}
                  rows={callbacks.accounts}
                  keyOf={({ account }) => account}
                  columns={[
                    {
                      name: say('account'),
                      long: true,
                      cell: ({ account, name }) => (
                        <Link to="/operator/accounts/$id" params={{ id: account }}>
                          {name}
                        </Link>
                      ),
                    },
                    { name: say('callbacksWaiting'), figure: true, cell: ({ waiting }) => number(waiting) },
                  ]}
                />
              ) : null}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

/** How old what is shown is, to the second. */
function Age({ at }: { at: number }) {
  const { ago } = useLocale();
  const [now, look] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => look(Date.now()), SECOND_MS);
    return () => window.clearInterval(timer);
  }, []);
  return at === 0 ? null : <p className="hint">{ago(Math.max(0, Math.round((now - at) / SECOND_MS)))}</p>;
}
