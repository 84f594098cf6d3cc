import { Initial } from './0001-initial.ts';
import { EndpointHealth } from './0010-endpoint-health.ts';

/** In order. A migration that has landed is never edited. */
export const migrations = [
  { name: '0001-initial', class: Initial },
  { name: '0010-endpoint-health', class: EndpointHealth },
];
