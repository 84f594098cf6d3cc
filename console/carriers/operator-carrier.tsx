import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { CarrierForm, fieldsOf, settingsFrom, typedFrom, type Typed } from './carrier-form.tsx';
import { Facts, Loaded, Table, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { CarrierState, useCarrierState } from './operator-carriers.tsx';
import { Action, FormCard, Badge, Choice, Field, Problem } from '../ui/components.tsx';
import { TemporalLink } from './temporal-link.tsx';

const useTypes = () => useQuery({ queryKey: ['carrier-types'], queryFn: () => ask(v1.operator['carrier-types'].$get()) });

export function CarrierPage() {
  const { say } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const carrier = useQuery({
    queryKey: ['carriers', id],
    queryFn: () => ask(v1.operator.carriers[':id'].$get({ param: { id } })),
  });
  const sync = useAct(() => ask(v1.operator.carriers[':id'].sync.$post({ param: { id }, json: {} })), ['sync-runs']);
  return (
    <>
      <p>
        <Link to="/operator/carriers">{say('backToCarriers')}</Link>
      </p>
      <Loaded of={carrier}>
        {({ name, type, route, settings, secretsSet, createdAt }) => (
          <>
            <h1>
              {name} <CarrierState id={id} />
            </h1>
            <Facts
              facts={[
                [say('kind'), type],
                [say('route'), say(route)],
                [say('created'), when(createdAt)],
              ]}
            />
            <Lines id={id} />
            {route === 'lowcost' ? (
              <div className="row start">
                <Action isDisabled={sync.isPending} onPress={() => sync.mutate()}>
                  {say('syncNow')}
                </Action>
                <TemporalLink run={`sync/${id}`} />
                {sync.isSuccess ? (
                  <p role="status">
                    <Link to="/operator/syncs">{say('syncAsked')}</Link>
                  </p>
                ) : null}
                <Problem error={sync.error} />
              </div>
            ) : null}
            <Check id={id} />
            <Change key={JSON.stringify(settings)} id={id} type={type} settings={settings} secretsSet={secretsSet} />
          </>
        )}
      </Loaded>
    </>
  );
}

/** Tests the credentials, and shows the webhook URL for the carrier. */
function Check({ id }: { id: string }) {
  const { say } = useLocale();
  const check = useAct(() => ask(v1.operator.carriers[':id'].check.$post({ param: { id } })), []);
  const { data } = check;
  return (
    <section>
      <Action isDisabled={check.isPending} onPress={() => check.mutate()}>
        {say('checkCarrier')}
      </Action>
      {data ? (
        <div role="status">
          <p>
            {say(!data.checked ? 'checkByLine' : data.refused === null ? 'checkedWell' : 'checkRefused', {
              why: data.refused ?? '',
            })}
          </p>
          {data.webhookUrl === null ? null : <Facts facts={[[say('pasteThere'), data.webhookUrl]]} />}
        </div>
      ) : null}
      <Problem error={check.error} />
    </section>
  );
}

/** Live state of the lines, with pause and resume. */
function Lines({ id }: { id: string }) {
  const { say, number } = useLocale();
  const state = useCarrierState(id);
  const act = useAct((verb: 'pause' | 'resume') => ask(v1.operator.carriers[':id'][verb].$post({ param: { id } })), ['carriers']);
  return (
    <section>
      <h2>{say('liveState')}</h2>
      <Loaded of={state}>
        {(now) => (
          <>
            <Facts
              facts={[
                [say('submitting'), number(now.submitting)],
                [say('perSecond'), number(now.perSecond)],
                [say('rateLimit'), now.rate === null ? null : number(now.rate)],
                [say('inDoubt'), number(now.inDoubt)],
                [say('pausedAt'), when(now.pausedAt)],
              ]}
            />
            {now.lines.length > 0 ? (
              <Table
                label={say('lines')}
                rows={now.lines}
                keyOf={({ slot }) => String(slot)}
                columns={[
                  { name: say('line'), cell: ({ slot }) => slot },
                  {
                    name: say('state'),
                    cell: (line) => (
                      <Badge tone={line.live && line.state === 'bound' ? 'good' : line.refused || !line.live ? 'bad' : 'plain'}>
                        {say(line.refused ? 'alarm.login-refused' : line.live ? `line.${line.state}` : 'lineSilent')}
                      </Badge>
                    ),
                  },
                  { name: say('since'), cell: ({ since }) => when(since) },
                  { name: say('window'), figure: true, cell: (line) => `${number(line.windowUsed)} / ${number(line.window)}` },
                  { name: say('delivered'), figure: true, cell: ({ accepted }) => number(accepted) },
                  { name: say('lastError'), cell: ({ lastError }) => <span lang="en">{lastError}</span> },
                ]}
              />
            ) : (
              <p>{say('noLines')}</p>
            )}
            {now.sims.length > 0 ? (
              <Table
                label={say('sims')}
                rows={now.sims}
                keyOf={({ port }) => String(port)}
                columns={[
                  { name: say('sim'), cell: ({ port }) => port },
                  {
                    name: say('sentToday'),
                    figure: true,
                    cell: ({ sentToday, perDay }) => `${number(sentToday)} / ${number(perDay)}`,
                  },
                  {
                    name: say('repliesWord'),
                    cell: ({ silent }) => (silent ? <Badge tone="bad">{say('simSilent')}</Badge> : ''),
                  },
                ]}
              />
            ) : null}
            {now.state === 'paused' || now.state === 'draining' ? (
              <Action onPress={() => act.mutate('resume')}>{say('resume')}</Action>
            ) : (
              <Action onPress={() => act.mutate('pause')}>{say('pause')}</Action>
            )}
            <Problem error={act.error} />
          </>
        )}
      </Loaded>
    </section>
  );
}

type ChangeProps = { id: string; type: string; settings: Record<string, unknown>; secretsSet: string[] };

function Change({ id, type, settings, secretsSet }: ChangeProps) {
  const { say } = useLocale();
  const types = useTypes();
  const known = types.data?.items.find((each) => each.type === type);
  const fields = fieldsOf(known?.settings);
  const [typed, setTyped] = useState<Typed | null>(null);
  const shown = typed ?? typedFrom(fields, settings);
  const save = useAct(
    () => ask(v1.operator.carriers[':id'].$patch({ param: { id }, json: { settings: settingsFrom(fields, shown) } })),
    ['carriers'],
    () => setTyped(null),
  );
  return (
    <Loaded of={types}>
      {() => (
        <FormCard title={say('settings')} label={say('save')} act={save} disabled={typed === null}>
          <CarrierForm
            fields={fields}
            typed={shown}
            change={setTyped}
            secretsSet={secretsSet}
            unverified={known?.unverified ?? []}
          />
          {save.isSuccess && typed === null ? <p role="status">{say('savedCarrier')}</p> : null}
        </FormCard>
      )}
    </Loaded>
  );
}

export function NewCarrierPage() {
  const { say } = useLocale();
  const navigate = useNavigate();
  const types = useTypes();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState<Typed>({});
  const type = chosen ?? types.data?.items[0]?.type ?? '';
  const known = types.data?.items.find((each) => each.type === type);
  const fields = fieldsOf(known?.settings);
  const create = useAct(
    () => ask(v1.operator.carriers.$post({ json: { name, type, settings: settingsFrom(fields, typed) } })),
    ['carriers'],
    ({ id }) => void navigate({ to: '/operator/carriers/$id', params: { id } }),
  );
  return (
    <>
      <h1>{say('newCarrier')}</h1>
      <Loaded of={types}>
        {({ items }) => (
          <FormCard label={say('addCarrier')} act={create} disabled={name === ''}>
            <Field label={say('name')} hint={say('carrierNameHint')} value={name} onChange={setName} />
            <Choice
              label={say('kind')}
              value={type}
              onChange={(next) => {
                setChosen(next);
                setTyped({});
              }}
              options={items.map((each) => ({ value: each.type, label: `${each.type} (${say(each.route)})` }))}
            />
            <CarrierForm fields={fields} typed={typed} change={setTyped} secretsSet={[]} unverified={known?.unverified ?? []} />
          </FormCard>
        )}
      </Loaded>
    </>
  );
}
