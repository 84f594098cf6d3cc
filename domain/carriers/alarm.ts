/** Login refused; no message taken; webhooks not signed as agreed; no line for a while; growing number in doubt. */
export const ALARM_KINDS = ['login-refused', 'submits-refused', 'webhooks-refused', 'carrier-down', 'doubts-growing'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];
