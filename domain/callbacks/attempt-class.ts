/** Classes that would tell a customer which addresses exist in our network: the customer sees one class for them. */
const ALIKE = new Set(['egress_blocked', 'refused', 'reset', 'timeout']);

/** Whether an attempt got no answer, in a way of which a customer learns no more. */
export const unreachable = (kind: string, status: number | null): boolean => ALIKE.has(kind) && status === null;

/** The class of an attempt as a customer reads it. */
export const classForCustomer = (kind: string, status: number | null = null): string =>
  unreachable(kind, status) ? 'unreachable' : kind;
