/** Statuses acted upon (SMPP 3.4 § 5.1.3). */
export const STATUS = {
  ok: 0x00,
  invalidCommandLength: 0x02,
  invalidCommandId: 0x03,
  wrongBindState: 0x04,
  alreadyBound: 0x05,
  systemError: 0x08,
  bindFailed: 0x0d,
  invalidPassword: 0x0e,
  invalidSystemId: 0x0f,
  queueFull: 0x14,
  throttled: 0x58,
  /** "Try again": a temporary trouble of the receiver. */
  receiverTemporary: 0x64,
  unknown: 0xff,
} as const;

const NAMES = new Map([
  [0x00, 'ESME_ROK'],
  [0x01, 'ESME_RINVMSGLEN'],
  [0x02, 'ESME_RINVCMDLEN'],
  [0x03, 'ESME_RINVCMDID'],
  [0x04, 'ESME_RINVBNDSTS'],
  [0x05, 'ESME_RALYBND'],
  [0x06, 'ESME_RINVPRTFLG'],
  [0x07, 'ESME_RINVREGDLVFLG'],
  [0x08, 'ESME_RSYSERR'],
  [0x0a, 'ESME_RINVSRCADR'],
  [0x0b, 'ESME_RINVDSTADR'],
  [0x0c, 'ESME_RINVMSGID'],
  [0x0d, 'ESME_RBINDFAIL'],
  [0x0e, 'ESME_RINVPASWD'],
  [0x0f, 'ESME_RINVSYSID'],
  [0x11, 'ESME_RCANCELFAIL'],
  [0x13, 'ESME_RREPLACEFAIL'],
  [0x14, 'ESME_RMSGQFUL'],
  [0x15, 'ESME_RINVSERTYP'],
  [0x33, 'ESME_RINVNUMDESTS'],
  [0x34, 'ESME_RINVDLNAME'],
  [0x40, 'ESME_RINVDESTFLAG'],
  [0x42, 'ESME_RINVSUBREP'],
  [0x43, 'ESME_RINVESMCLASS'],
  [0x44, 'ESME_RCNTSUBDL'],
  [0x45, 'ESME_RSUBMITFAIL'],
  [0x48, 'ESME_RINVSRCTON'],
  [0x49, 'ESME_RINVSRCNPI'],
  [0x50, 'ESME_RINVDSTTON'],
  [0x51, 'ESME_RINVDSTNPI'],
  [0x53, 'ESME_RINVSYSTYP'],
  [0x54, 'ESME_RINVREPFLAG'],
  [0x55, 'ESME_RINVNUMMSGS'],
  [0x58, 'ESME_RTHROTTLED'],
  [0x61, 'ESME_RINVSCHED'],
  [0x62, 'ESME_RINVEXPIRY'],
  [0x63, 'ESME_RINVDFTMSGID'],
  [0x64, 'ESME_RX_T_APPN'],
  [0x65, 'ESME_RX_P_APPN'],
  [0x66, 'ESME_RX_R_APPN'],
  [0x67, 'ESME_RQUERYFAIL'],
  [0xc0, 'ESME_RINVOPTPARSTREAM'],
  [0xc1, 'ESME_ROPTPARNOTALLWD'],
  [0xc2, 'ESME_RINVPARLEN'],
  [0xc3, 'ESME_RMISSINGOPTPARAM'],
  [0xc4, 'ESME_RINVOPTPARAMVAL'],
  [0xfe, 'ESME_RDELIVERYFAILURE'],
  [0xff, 'ESME_RUNKNOWNERR'],
]);

const NUMBERS = new Map([...NAMES].map(([status, name]) => [name, status]));

/** The status of a name, or of a number such as `0x0000040b`; else null. */
export const statusOf = (name: string): number | null =>
  NUMBERS.get(name) ?? (/^0x[\da-f]{1,8}$/i.test(name) ? Number(name) : null);

/** The standard's name of a status; a carrier's own in eight hexadecimal digits. */
export const statusName = (status: number): string => NAMES.get(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
