import { said } from '../problems/said.ts';
import type { Warning } from '../problems/warning.ts';
import { quietNotes, quietWaitMs, type QuietNote } from './quiet-hours.ts';
import type { Policies } from './policies.ts';
import { clockOf } from './recipient-zone.ts';

/** What quiet hours do to a campaign: who waits, until when at most, and warnings. */
export type QuietEffect = {
  policy: Policies['quietHours'];
  held: number;
  until: Date | null;
  /** When all may be written to, whatever the policy; null if now, or not soon. */
  clearAt: Date | null;
  notes: (QuietNote & { recipients: number })[];
};

/** Transactional messages have no quiet hours. Computed once per zone. */
export function quietEffect(
  phones: Iterable<string>,
  at: Date,
  { purpose, quietHours: policy, quietPreset: preset }: Pick<Policies, 'quietHours' | 'quietPreset'> & { purpose: string },
): QuietEffect {
  const effect: QuietEffect = { policy, held: 0, until: null, clearAt: null, notes: [] };
  if (purpose !== 'marketing' || policy === 'off') return effect;
  const byClock = new Map<string, { phone: string; count: number }>();
  for (const phone of phones) {
    const clock = clockOf(phone).zones.join(' ');
    const known = byClock.get(clock);
    if (known) known.count += 1;
    else byClock.set(clock, { phone, count: 1 });
  }
  for (const { phone, count } of byClock.values()) {
    for (const note of quietNotes(phone, at, preset)) {
      const known = effect.notes.find(({ kind, name }) => kind === note.kind && name === note.name);
      if (known) known.recipients += count;
      else effect.notes.push({ ...note, recipients: count });
    }
    const waitMs = policy === 'hold' ? quietWaitMs(phone, at, preset) : 0;
    if (waitMs === 0) continue;
    effect.held += count;
    const until = new Date(at.getTime() + waitMs);
    if (effect.until === null || until > effect.until) effect.until = until;
  }
  return {
    ...effect,
    clearAt: clearTime(
      [...byClock.values()].map(({ phone }) => phone),
      at,
      preset,
    ),
  };
}

/** Zones differ, so each opening is tried. */
function clearTime(phones: string[], at: Date, preset: Policies['quietPreset']): Date | null {
  let time = at;
  for (let round = 0; round < MOST_OPENINGS; round++) {
    const waitMs = Math.max(0, ...phones.map((phone) => quietWaitMs(phone, time, preset)));
    if (waitMs === 0) return time === at ? null : time;
    time = new Date(time.getTime() + waitMs);
  }
  return null;
}
const MOST_OPENINGS = 10;

export function quietWarning({ policy, held, until, notes }: Omit<QuietEffect, 'clearAt'>): Warning[] {
  if (policy === 'hold') {
    if (held === 0 || until === null) return [];
    return [{ code: 'quiet-hours', ...said('warn.quiet-held', { n: held, until: until.toISOString() }) }];
  }
  if (notes.length === 0) return [];
  const listed = notes.map(({ kind, name, recipients }) => ({ say: `quiet.${kind}`, facts: { name, n: recipients } }));
  return [{ code: 'quiet-hours', ...said('warn.quiet-hours', { notes: listed }) }];
}
