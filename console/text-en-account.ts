import type { accountFr } from './text-fr-account.ts';

export const accountEn: Record<keyof typeof accountFr, string> = {
  me: 'Your access',
  'role.operator': 'Operator',
  authenticator: 'Authenticator',
  authenticatorOn: 'Asked for at sign-in',
  authenticatorOff: 'Not yet',
  authenticatorHint:
    'A six-digit code of your phone, beside the password. If you lose the phone, the administrator of the installation takes this away.',
  authenticatorBegin: 'Set up',
  authenticatorScan: 'Scan this code with your authenticator, or type the key. Then enter the code that it shows.',
  authenticatorQr: 'QR code of the key that follows',
  authenticatorSecret: 'Key',
  authenticatorConfirm: 'Confirm',
  authenticatorRemove: 'Ask for no code any more',

  asksFirst:
    'On a V0 account the buttons of this page ask for a change: we will set it up in your account, and the list of requests tells you when it is done.',
  outOfHours: 'Out of hours',
  outOfHoursHint:
    'What is answered to who writes while nobody is there: once for each conversation and closed period. A STOP, a keyword, a reply that reaches us more than an hour late (as by Lowcost) get none.',
  outOfHoursOn: 'Answer out of hours',
  outOfHoursText: 'Text of the answer out of hours',
  outOfHoursTextHint: 'For example: We are closed. We will answer tomorrow from 9:00.',
  openingHours: 'When somebody is there',
  openingHoursHint: 'By the clock of the account ({zone}). 00:00 as an end means midnight.',
  closedAllDay: 'Closed',
  openFrom: 'From',
  openTo: 'To',
  addOpening: 'Add hours',
  addOpeningOn: 'Add hours, {day}',
  removeOpening: 'Remove {day}, from {from} to {to}',
  retention: 'Retention',
  retentionHint: 'How long your account keeps what people write, and who they are. What is older is erased every night.',
  keepTexts: 'Keep texts',
  keepTextsHint: 'Of SMS, replies, notes and callbacks. The figures stay.',
  keepContacts: 'Keep people',
  keepContactsHint: 'After their last message. Their number is erased everywhere; who answered STOP is still not written to.',
  keepForEver: 'For ever',
  keepDays: '{n} days',
  retentionAsk: 'Change the retention?',
  retentionAskHint: 'What is older than you choose is erased from the next night on. Nothing brings it back.',
  sessionEnded:
    'Your session has ended. Sign in again: you will come back to this page, and an answer that you had begun waits for you.',
};
