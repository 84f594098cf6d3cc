/** Every refusal the product can answer with. A code is public: it is never renamed. */
export type ErrorCode =
  | 'invalid-request'
  | 'invalid-rows'
  | 'invalid-list'
  | 'body-too-large'
  | 'unauthenticated'
  | 'sign-in-failed'
  | 'code-required'
  | 'wrong-password'
  | 'too-many-attempts'
  | 'no-mail'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'answered-meanwhile'
  | 'idempotency-key-reused'
  | 'idempotency-key-in-flight'
  | 'two-way-off'
  | 'spend-limit'
  | 'lowcost-marketing'
  | 'no-carrier'
  | 'no-reply-code'
  | 'sender-missing'
  | 'sender-invalid'
  | 'sender-unregistered'
  | 'sender-generic'
  | 'placeholder-without-replies'
  | 'brand-without-code'
  | 'number-not-rented'
  | 'number-unavailable'
  | 'unsafe-url'
  | 'nothing-to-replay'
  | 'try-later'
  | 'internal';

/** One thing that is wrong with what was sent: where (`row` counts from 1), what, and what to do about it. */
export type Fault = { field: string; row?: number; problem: string; remedy: string };

/** An expected refusal. `detail` is a sentence for the customer and never carries a secret, a number or a text. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly faults: Fault[];

  constructor(code: ErrorCode, detail: string, faults: Fault[] = []) {
    super(detail);
    this.name = 'AppError';
    this.code = code;
    this.faults = faults;
  }
}
