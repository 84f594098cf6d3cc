import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { encodeQR } from 'qr';
import { useState } from 'react';
import { ask, v1 } from './api.ts';
import { useAct } from './asking.ts';
import { Facts } from './list.tsx';
import { useLocale } from './locale.tsx';
import { Action, Ask, Badge, Field, Once, Problem } from './parts.tsx';
import { session, type SignedIn } from './session.ts';

/** What a person sets for themselves. */
export function MePage() {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  if (!who) return null;
  return (
    <div className="page">
      <h1>{say('me')}</h1>
      <Facts
        facts={[
          [say('email'), who.user.email],
          [say('account'), who.account?.name],
          [say('role'), say(`role.${who.user.role}`)],
        ]}
      />
      <section>
        <h2>
          {say('authenticator')}{' '}
          <Badge tone={who.user.totp ? 'good' : 'plain'}>{say(who.user.totp ? 'authenticatorOn' : 'authenticatorOff')}</Badge>
        </h2>
        <p>{say('authenticatorHint')}</p>
        {who.user.totp ? <Remove /> : <Enrol />}
      </section>
    </div>
  );
}

/** A code of the authenticator, for `act`. */
function WithCode({ label, act }: { label: string; act: (code: string) => Promise<SignedIn> }) {
  const { say } = useLocale();
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const send = useMutation({
    mutationFn: () => act(code.replaceAll(/\s/g, '')),
    onSuccess: (now) => queries.setQueryData(session.queryKey, now),
  });
  return (
    <Ask label={label} act={send} disabled={!/^\d{6}$/.test(code.replaceAll(/\s/g, ''))}>
      <Field label={say('code')} autoComplete="one-time-code" inputMode="numeric" value={code} onChange={setCode} />
    </Ask>
  );
}

function Remove() {
  const { say } = useLocale();
  const [open, setOpen] = useState(false);
  if (!open) return <Action onPress={() => setOpen(true)}>{say('authenticatorRemove')}</Action>;
  return <WithCode label={say('authenticatorRemove')} act={(code) => ask(v1.session.totp.remove.$post({ json: { code } }))} />;
}

function Enrol() {
  const { say } = useLocale();
  const begin = useAct(() => ask(v1.session.totp.$post()), ['none']);
  if (!begin.data) {
    return (
      <>
        <Problem error={begin.error} />
        <Action kind="main" isDisabled={begin.isPending} onPress={() => begin.mutate()}>
          {say('authenticatorBegin')}
        </Action>
      </>
    );
  }
  return (
    <>
      <p>{say('authenticatorScan')}</p>
      <Qr text={begin.data.uri} label={say('authenticatorQr')} />
      <Once label={say('authenticatorSecret')} value={begin.data.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} />
      <WithCode label={say('authenticatorConfirm')} act={(code) => ask(v1.session.totp.$put({ json: { code } }))} />
    </>
  );
}

const BORDER = 4;

/** Dark on white in both themes: not every camera reads the other way round. */
function Qr({ text, label }: { text: string; label: string }) {
  const rows = encodeQR(text, 'raw', { border: BORDER });
  const dark = rows.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`0 0 ${rows.length} ${rows.length}`} shapeRendering="crispEdges">
      <path d={dark} />
    </svg>
  );
}
