import { hostname } from 'node:os';
import pino, { type DestinationStream, type Logger } from 'pino';
import { describeError } from './api/http/log.ts';
import type { Config } from './config.ts';
import manifest from './package.json' with { type: 'json' };

/** The log of a process: each line names its process; numbers and quotes are removed from errors. */
export const openLog = ({ LOG_LEVEL: level, ROLE: role }: Pick<Config, 'LOG_LEVEL' | 'ROLE'>, to?: DestinationStream): Logger => {
  const base = { role, host: hostname(), pid: process.pid, version: manifest.version };
  return pino({ level, base, serializers: { err: describeError } }, to ?? pino.destination(1));
};
