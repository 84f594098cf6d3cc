import { uuidv7 } from 'uuidv7';

/** A UUIDv7 that rises within a process, within a millisecond too. */
export const newId = (): string => uuidv7();

/** The lowest UUIDv7 of that millisecond. */
export const idAt = (ms: number): string => {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
};
