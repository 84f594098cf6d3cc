export const REPLY_CHANGES = [
  'emails',
  'address-lift',
  'endpoint-new',
  'endpoint-change',
  'endpoint-delete',
  'endpoint-pause',
  'endpoint-resume',
  'endpoint-enable',
  'secret-rotate',
] as const;
export type ReplyChangeKind = (typeof REPLY_CHANGES)[number];

/** `waiting` for an operator; then done, refused, or withdrawn by the requester. */
export const SETTING_REQUEST_STATES = ['waiting', 'done', 'refused', 'withdrawn'] as const;
export type SettingRequestState = (typeof SETTING_REQUEST_STATES)[number];
