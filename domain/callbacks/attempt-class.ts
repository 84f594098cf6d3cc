/** Customers see one class for these, which would reveal addresses in our network. */
const ALIKE = new Set(['egress_blocked', 'refused', 'reset', 'timeout']);

/** Whether the customer sees only `unreachable`. */
export const unreachable = (kind: string, status: number | null): boolean => ALIKE.has(kind) && status === null;

/** The class shown to the customer. */
export const classForCustomer = (kind: string, status: number | null = null): string =>
  unreachable(kind, status) ? 'unreachable' : kind;
