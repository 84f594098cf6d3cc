import type { Carrier } from './carrier.ts';
import { dinstar } from './dinstar/dinstar.ts';
import { http } from './http/http.ts';
import { elks46 } from './providers/46elks.ts';
import { infobip } from './providers/infobip.ts';
import { ovhcloud } from './providers/ovhcloud.ts';
import { twilio } from './providers/twilio.ts';
import { vonage } from './providers/vonage.ts';
import { smpp } from './smpp/smpp.ts';
import { smsgate } from './smsgate/smsgate.ts';

/** Every kind of carrier, by name. A new one is its file and a line here. */
export const registry: Record<string, Carrier> = {
  [smpp.name]: smpp,
  [dinstar.name]: dinstar,
  [http.name]: http,
  [smsgate.name]: smsgate,
  [twilio.name]: twilio,
  [vonage.name]: vonage,
  [infobip.name]: infobip,
  [ovhcloud.name]: ovhcloud,
  [elks46.name]: elks46,
};
