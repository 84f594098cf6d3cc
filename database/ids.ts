import { uuidv7 } from 'uuidv7';

/** A UUIDv7 that rises within a process, within a millisecond too. */
export const newId = (): string => uuidv7();
