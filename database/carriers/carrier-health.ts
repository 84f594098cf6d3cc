/**
 * Whether a carrier `c` can send now: not paused, and a line to it was seen bound within the last minute. Before any worker told of
 * it, it is believed.
 */
export const CARRIER_UP = `(c.paused_at is null and coalesce(
  (select max(l.bound_at) from carrier_lines l where l.carrier_id = c.id) > now() - interval '60 seconds',
  c.created_at > now() - interval '60 seconds' or not exists (select from carrier_lines l where l.carrier_id = c.id)))`;
