/** For each refusal: title, default sentence, remedy. */
export const titles = {
  'invalid-request': [
    'The request is not valid',
    'Something in the request can not be read as it stands.',
    'Correct the fields that are listed and send it again.',
  ],
  'invalid-rows': [
    'Some recipients can not be accepted',
    'Some rows of the list are wrong, so nothing was stored.',
    'Correct or leave out the rows that are listed, and send the list again.',
  ],
  'invalid-list': [
    'The list can not be read',
    'The file is not a list of recipients that can be read.',
    'Send CSV with a header line or JSON lines, encoded as UTF-8.',
  ],
  'body-too-large': [
    'The body is too large',
    'The request holds more than is taken at once.',
    'Send less at once, or a long list as a file.',
  ],
  unauthenticated: [
    'No valid API key',
    'The request has no API key. Send the header Authorization: Bearer <your key>.',
    'Send Authorization: Bearer with a key that is in use, or sign in again.',
  ],
  'sign-in-failed': [
    'Not signed in',
    'The e-mail address or the password is not right.',
    'Check both, or ask for a new invitation.',
  ],
  'code-required': [
    'A code is needed too',
    'This user signs in with an authenticator. Send its six digits, or a recovery code, as code.',
    'Send the six digits that the authenticator shows now, or a recovery code.',
  ],
  'wrong-password': ['The password is not right', 'The password is not right.', 'Send the password that you sign in with.'],
  'password-again': [
    'The password is asked for again',
    'A factor, a key or a person changes only a short while after the password was given.',
    'Give the password with POST /v1/session/confirm, then send the request again.',
  ],
  'authenticator-required': [
    'An authenticator is required',
    'Whoever signs in here has to have an authenticator. Set yours up first.',
    'Begin with POST /v1/session/totp, or on “Your access” in the console.',
  ],
  'limit-reached': [
    'Limit reached',
    'The account has as many of these as it may have.',
    'Delete what is no longer needed, then try again.',
  ],
  'too-many-requests': [
    'Too many requests',
    'This key or this account has made all the requests that it may make in a minute.',
    'Try again after Retry-After seconds. The headers RateLimit and RateLimit-Policy tell how many are left.',
  ],
  'too-many-at-once': [
    'Too many requests at once',
    'This key or this account has too many requests under way at the same time.',
    'Wait for some of them to be answered, then try again.',
  ],
  'no-mail': [
    'No mail is sent from here',
    'PUBLIC_URL is not set: no link can be sent from here.',
    'Ask whoever runs it: npm run admin -- set-password makes a new password.',
  ],
  'too-many-attempts': [
    'Too many attempts',
    'There were too many attempts. Wait a quarter of an hour, then try again.',
    'Wait for the time that Retry-After says.',
  ],
  forbidden: [
    'Not allowed',
    'The key or the user may not do this.',
    'Use a key or a role that may, or ask an owner or your operator.',
  ],
  'not-found': ['Not found', 'There is nothing by that id in this account.', 'Check the address and the id.'],
  'answered-meanwhile': [
    'Answered meanwhile',
    'Somebody else has answered since you looked. Read their answer first.',
    'Read their answer, and send yours if it is still needed.',
  ],
  conflict: [
    'Not possible in the present state',
    'The thing is in a state in which this can not be done.',
    'Look at it again, then decide.',
  ],
  'idempotency-key-reused': [
    'The Idempotency-Key belongs to another request',
    'This Idempotency-Key was used for another request. Use a fresh key for each new one, or send the very same body.',
    'Send a new key for a new request.',
  ],
  'idempotency-key-in-flight': [
    'The same request is under way',
    'A request with this Idempotency-Key is under way. Send it again in a moment to get its answer.',
    'Wait a moment and send it again with the same key.',
  ],
  'lowcost-marketing': [
    'No marketing to France by the lowcost route',
    'A mobile number may not send marketing in France.',
    'Send the campaign by the premium route, or change the policy of the account.',
  ],
  'spend-limit': [
    'The spend limit is reached',
    'It costs more than is left of what the account may spend.',
    'Raise the limit, or write again when the next day or month begins.',
  ],
  'opted-out': [
    'The number has opted out',
    'This number is on the opt-out list of the account: nothing was stored.',
    'Write to others, or send skipOptedOut: true to have the message taken and skipped.',
  ],
  'price-missing': [
    'No price is set',
    'What is asked for has no price.',
    'Ask your operator to set one; a price of 0 makes it free.',
  ],
  'two-way-off': [
    'Two-way SMS is not enabled',
    'The campaign asks for replies, and this account does not have two-way SMS.',
    'Ask for it with POST /v1/two-way/request, or send without replies.',
  ],
  'no-carrier': [
    'No carrier serves this route',
    'Nothing is connected that could send by this route.',
    'Choose another route, or ask your operator.',
  ],
  'no-reply-code': [
    'There is no number to reply to',
    'Some recipients could not reply: there is no number for their country.',
    'Rent a number for that country, leave them out, or send to them without replies (allowUnreachable).',
  ],
  'sender-missing': [
    'A sender is needed',
    'A premium message needs a sender.',
    'Send a sender ID of 3 to 11 letters and digits, or ask for replies.',
  ],
  'sender-invalid': [
    'The sender can not be used',
    'The sender is not one that phones can show.',
    'Send 3 to 11 letters A–Z and digits, at least one of them a letter.',
  ],
  'sender-unregistered': [
    'The sender is not a registered brand',
    'No operator has confirmed this sender ID as a brand of the account.',
    'Register it with POST /v1/brands, or change the policy brandRegistration.',
  ],
  'sender-generic': [
    'The sender does not say who writes',
    'In France a sender ID has to say who writes, and this one is a word that anyone may use.',
    'Send a name of your own, or change the policy genericSenders.',
  ],
  'placeholder-without-replies': [
    'The sender asks for replies, the campaign does not',
    'The sender 12345 stands for a number to reply to, and replies are not asked for.',
    'Send withReplies: true, or a sender ID of your own.',
  ],
  'brand-without-code': [
    'Nobody could reply to this sender',
    'Nobody can answer a name, and the text names no number to write to.',
    'Put XXXXX in the text where the number belongs, or send the sender 12345.',
  ],
  'number-not-rented': [
    'The number is not rented by this account',
    'The sender is a number that another account, or nobody, rents.',
    'Send from a number that you rent, or rent one with POST /v1/numbers/rent.',
  ],
  'number-unavailable': [
    'No such number is on offer',
    'The number is taken, at rest, or not there.',
    'Choose another one of those on offer.',
  ],
  'nothing-to-replay': [
    'Nothing to send again',
    'No delivery of this endpoint meets the selection.',
    'Widen the time, name other states, or look at the list of deliveries first.',
  ],
  'unsafe-url': [
    'The address can not be used',
    'Callbacks are not posted to such an address.',
    'Send a public https address that answers on an allowed port.',
  ],
  'try-later': [
    'Try again later',
    'The database is out of reach. Nothing was stored: send the request again.',
    'Send the request again after the time that Retry-After says.',
  ],
  internal: [
    'Something went wrong',
    'Something went wrong on our side. Quote the requestId when you ask about it.',
    'Quote the requestId when you ask about it.',
  ],
} as const satisfies Record<string, readonly [title: string, sentence: string, remedy: string]>;
