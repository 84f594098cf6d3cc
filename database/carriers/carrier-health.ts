/**
 * Whether a carrier `c` can send: not paused, and a line bound within the last minute. Carriers not yet reported on count as up.
 */
export const CARRIER_UP = `(c.paused_at is null and coalesce(
  (select max(l.bound_at) from carrier_lines l where l.carrier_id = c.id) > now() - interval '60 seconds',
  c.created_at > now() - interval '60 seconds' or not exists (select from carrier_lines l where l.carrier_id = c.id)))`;
