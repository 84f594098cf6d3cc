import { V7Generator } from 'uuidv7';

const random = new Uint32Array(4096);
let used = random.length;
/** Random bits are drawn in bulk: per id they would cost three times as much. */
function nextUint32(): number {
  if (used === random.length) {
    crypto.getRandomValues(random);
    used = 0;
  }
  return random[used++] ?? 0;
}
const generator = new V7Generator({ nextUint32 });

/** A UUIDv7 that rises within the process, even within a millisecond. */
export const newId = (): string => generator.generate().toString();

/** Lowest UUIDv7 of a millisecond. */
export const idAt = (ms: number): string => {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
};

/** A UUIDv7 in SQL; PostgreSQL has its own from 18. */
export const UUID_V7 = `(lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || left(md5(random()::text), 3) || '8' || left(md5(random()::text), 15))::uuid`;
