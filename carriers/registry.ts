import type { Carrier } from './carrier.ts';
import { dinstar } from './dinstar/dinstar.ts';
import { http } from './http/http.ts';
import { smpp } from './smpp/smpp.ts';
import { smsgate } from './smsgate/smsgate.ts';

/** Every kind of carrier, by name. Adding one is its file and its line here. */
export const registry: Record<string, Carrier> = {
  [smpp.name]: smpp,
  [dinstar.name]: dinstar,
  [http.name]: http,
  [smsgate.name]: smsgate,
};
