import { useMutation, useQueryClient } from '@tanstack/react-query';
import { encodeQR } from 'qr';
import { useState } from 'react';
import { ask, v1 } from '../../api.ts';
import { useAct } from '../../query-hooks.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, FormCard, Badge, Copy, Download, Field, Password, SecretOnce, Problem } from '../../ui/components.tsx';
import { session, type SignedIn } from '../session.ts';

/** The person's second factor and its recovery codes. */
export function Authenticator({ user }: { user: SignedIn['user'] }) {
  const { say } = useLocale();
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <section>
      <h2>
        {say('authenticator')}{' '}
        <Badge tone={user.totp ? 'good' : 'plain'}>{say(user.totp ? 'authenticatorOn' : 'authenticatorOff')}</Badge>
      </h2>
      <p>{say('authenticatorHint')}</p>
      {codes ? <RecoveryCodes codes={codes} /> : null}
      {user.totp ? <Enrolled left={user.recoveryCodes} show={setCodes} /> : <Enrol show={setCodes} />}
    </section>
  );
}

/** Shown once. */
function RecoveryCodes({ codes }: { codes: string[] }) {
  const { say } = useLocale();
  const text = codes.join('\n');
  return (
    <div className="notice" role="status">
      <p>
        <strong>{say('recoveryCodes')}</strong>
      </p>
      <p>{say('recoveryCodesHint')}</p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="row start">
        <Copy value={text} />
        <Download name="aller-retour.txt" type="text/plain" text={`${text}\n`}>
          {say('downloadReport')}
        </Download>
      </div>
    </div>
  );
}

type Show = (codes: string[] | null) => void;

/** Needs the password: an open session is not enough. */
function Enrolled({ left, show }: { left: number; show: Show }) {
  const { say } = useLocale();
  const queries = useQueryClient();
  const [doing, setDoing] = useState<'remake' | 'remove' | null>(null);
  const [password, setPassword] = useState('');
  const begin = (what: typeof doing): void => {
    setDoing(what);
    setPassword('');
  };
  const remake = useAct(
    () => ask(v1.session.totp['recovery-codes'].$post({ json: { password } })),
    session.queryKey,
    ({ recoveryCodes }) => {
      begin(null);
      show(recoveryCodes);
    },
  );
  const remove = useMutation({
    mutationFn: () => ask(v1.session.totp.remove.$post({ json: { password } })),
    onSuccess: (now) => {
      show(null);
      queries.setQueryData(session.queryKey, now);
    },
  });
  const label = doing === 'remove' ? say('authenticatorRemove') : say('remakeCodes');
  return (
    <>
      <p>
        {say('recoveryCodesLeft')} <Badge tone={left > 2 ? 'plain' : 'bad'}>{left}</Badge>
      </p>
      {doing ? (
        <FormCard title={label} label={label} act={doing === 'remove' ? remove : remake} disabled={password === ''}>
          <p>{say(doing === 'remove' ? 'authenticatorRemoveHint' : 'remakeCodesHint')}</p>
          <Password label={say('password')} value={password} onChange={setPassword} />
        </FormCard>
      ) : (
        <div className="row start">
          <Action onPress={() => begin('remake')}>{say('remakeCodes')}</Action>
          <Action onPress={() => begin('remove')}>{say('authenticatorRemove')}</Action>
        </div>
      )}
    </>
  );
}

function Enrol({ show }: { show: Show }) {
  const { say } = useLocale();
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const digits = code.replaceAll(/\s/g, '');
  const begin = useAct(() => ask(v1.session.totp.$post()), ['none']);
  const confirm = useMutation({
    mutationFn: () => ask(v1.session.totp.$put({ json: { code: digits } })),
    onSuccess: (confirmed) => {
      show(confirmed.recoveryCodes);
      queries.setQueryData(session.queryKey, confirmed.session);
    },
  });
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
      <SecretOnce label={say('authenticatorSecret')} value={begin.data.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} />
      <FormCard label={say('authenticatorConfirm')} act={confirm} disabled={!/^\d{6}$/.test(digits)}>
        <Field label={say('code')} autoComplete="one-time-code" inputMode="numeric" value={code} onChange={setCode} />
      </FormCard>
    </>
  );
}

const BORDER = 4;

/** Dark on white in both themes, for all cameras. */
function Qr({ text, label }: { text: string; label: string }) {
  const rows = encodeQR(text, 'raw', { border: BORDER });
  const dark = rows.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`0 0 ${rows.length} ${rows.length}`} shapeRendering="crispEdges">
      <path d={dark} />
    </svg>
  );
}
