/**
 * The alarms about a carrier: its login is refused; it takes no message; what comes in its name is not signed as agreed;
 * no line to it has been bound for a while; more
 * and more messages are in doubt.
 */
export const ALARM_KINDS = ['login-refused', 'submits-refused', 'webhooks-refused', 'carrier-down', 'doubts-growing'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];
