/** Every stable error code: what it means, its HTTP status, whether the same request may succeed later, and what to do. */
export interface ErrorCodeRow {
  readonly meaning: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly remedy: string;
}

// biome-ignore format: a table, one code a line
export const ERROR_CODES = {
  // Requests
  'bad-request': { meaning: 'A field is missing, unknown or malformed', status: 400, retryable: false, remedy: 'Correct the named field and send the request again' },
  'idempotency-key-missing': { meaning: 'A write that moves money or a relay came without an Idempotency-Key', status: 400, retryable: false, remedy: 'Send an Idempotency-Key of your own making, one for each intent' },
  'idempotency-mismatch': { meaning: 'The key or the channel serial was used before with other content', status: 422, retryable: false, remedy: 'Use a new key for a new intent, or send the first content again; what a reversal gave back is booked again from that reversal' },
  'in-progress': { meaning: 'The first request with this key is still running', status: 409, retryable: true, remedy: 'Ask again in a moment with the same key' },
  unauthenticated: { meaning: 'No key, or one that is not known or has expired', status: 401, retryable: false, remedy: 'Send a valid key as Bearer token' },
  forbidden: { meaning: 'The key lacks the scope that this needs', status: 403, retryable: false, remedy: 'Use a key with the named scope' },
  'not-found': { meaning: 'Nothing has this id', status: 404, retryable: false, remedy: 'Check the id' },
  'method-not-allowed': { meaning: 'The path is there, and does not take this method', status: 405, retryable: false, remedy: 'Use a method that the header Allow names' },
  'too-large': { meaning: 'The body is larger than any request needs', status: 413, retryable: false, remedy: 'Send less in one request' },
  'unsupported-media-type': { meaning: 'The body is not JSON', status: 415, retryable: false, remedy: 'Send application/json' },
  'rate-limited': { meaning: 'Too many requests', status: 429, retryable: true, remedy: 'Wait for the time that the headers name' },
  conflict: { meaning: 'What the request rests on has changed meanwhile', status: 409, retryable: true, remedy: 'Read the resource again, then decide' },
  internal: { meaning: 'Something that must not happen has happened', status: 500, retryable: false, remedy: 'Report it with the trace id' },
  // Store
  'store-unavailable': { meaning: 'The store cannot take writes', status: 503, retryable: true, remedy: 'Look at the log; the process stops when its disk fails' },
  'no-space': { meaning: 'The disk is full; new money and trips are refused, restores go on', status: 507, retryable: true, remedy: 'Free space on the data volume' },
  overloaded: { meaning: 'A bounded queue is full', status: 503, retryable: true, remedy: 'Try again in a moment' },
  'data-in-use': { meaning: 'Another process works on this data folder', status: 500, retryable: false, remedy: 'Stop the other process, or name another folder' },
  'data-too-new': { meaning: 'The database was written by a newer version', status: 500, retryable: false, remedy: 'Start that version or a newer one' },
  'data-unreadable': { meaning: 'The data folder cannot be read as a Feikong database', status: 500, retryable: false, remedy: 'Check the folder and its permissions, or restore a backup' },
  'invariant-violated': { meaning: 'A rule that must always hold does not', status: 500, retryable: false, remedy: 'Run feikong check and keep the data folder as it is' },
  'entry-unbalanced': { meaning: 'The postings of a journal entry do not sum to zero', status: 500, retryable: false, remedy: 'Report it: nothing was stored' },
  'unknown-ledger-account': { meaning: 'An entry posts to an account that is not in the chart', status: 500, retryable: false, remedy: 'Report it: nothing was stored' },
  // Archive
  'fact-overlap': { meaning: 'Two facts of one aspect hold at once', status: 422, retryable: false, remedy: 'End the first where the second begins' },
  'fact-gap': { meaning: 'Between two facts nothing holds where something must', status: 422, retryable: false, remedy: 'Let the second begin where the first ends' },
  'fact-empty': { meaning: 'A fact ends before it begins', status: 422, retryable: false, remedy: 'Correct from or to' },
  'seal-key-missing': { meaning: 'Personal data cannot be stored: FEIKONG_SEAL_KEY is not set', status: 503, retryable: false, remedy: 'Set FEIKONG_SEAL_KEY to 32 random bytes, as openssl rand -hex 32 makes them, and keep it apart from the data' },
  'seal-key-invalid': { meaning: 'FEIKONG_SEAL_KEY holds no key', status: 500, retryable: false, remedy: 'Give 32 bytes as 64 hex digits or base64, several separated by commas' },
  'bad-file': { meaning: 'The file cannot be imported', status: 422, retryable: false, remedy: 'Correct what the answer names and import the file again' },
  'account-closed': { meaning: 'The account is closed, or it is the one that supplies already', status: 409, retryable: false, remedy: 'Name an open account of the customer who comes in' },
  arrears: { meaning: 'The account owes money', status: 409, retryable: false, remedy: 'Let it be paid first' },
  'suspense-ended': { meaning: 'This money is in suspense no more: it was assigned, or given back', status: 409, retryable: false, remedy: 'Where it was assigned to the wrong account, reverse the assignment and assign the entry of that reversal' },
  'already-rebooked': { meaning: 'What this reversal gave back was booked again', status: 409, retryable: false, remedy: 'Where it was booked to the wrong account, reverse the rebooking and book the entry of that reversal again' },
  'money-held': { meaning: 'Money of the account is set aside, or held as a security', status: 409, retryable: false, remedy: 'Pay out or void the holds and release the guarantee first' },
  'supplies-elsewhere': { meaning: 'The contract or the account supplies another meter point', status: 409, retryable: false, remedy: 'Name a contract and an account of their own for this meter point' },
  'no-final-reading': { meaning: 'No good reading is young enough to cut the account at', status: 409, retryable: true, remedy: 'Read the meter, then ask again' },
  // Configuration
  'config-invalid': { meaning: 'The configuration does not fit its schema', status: 500, retryable: false, remedy: 'Correct the named path' },
  'port-in-use': { meaning: 'The address to listen on is taken', status: 500, retryable: false, remedy: 'Stop the other program or choose another port' },
  'runtime-unfit': { meaning: 'This Node is too old', status: 500, retryable: false, remedy: 'Start through npm, which brings a fit Node' },
  // Lines and meters
  'line-down': { meaning: 'The line is not open', status: 503, retryable: true, remedy: 'Check the cable, the address and the port settings of the line' },
  'line-unverified': { meaning: 'The meters behind the line have not proven who they are', status: 503, retryable: true, remedy: 'Look at the events of the line: whose DTU has dialled in, and what does its meter say' },
  'queue-full': { meaning: 'The line has more waiting exchanges than it may hold', status: 503, retryable: true, remedy: 'Wait, or poll fewer registers on this line' },
  'no-reply': { meaning: 'The meter was asked and said nothing in time', status: 504, retryable: true, remedy: 'Check the address, the speed and the wiring of the meter' },
  garbled: { meaning: 'Only bytes that do not verify came back', status: 502, retryable: true, remedy: 'Check parity, speed and termination of the line' },
  cancelled: { meaning: 'The request was withdrawn before it was sent', status: 409, retryable: true, remedy: 'Ask again if it is still wanted' },
  'meter-refused': { meaning: 'The meter answered with an error', status: 502, retryable: false, remedy: 'Look at protocolError: what the meter says is wrong' },
  'wrong-password': { meaning: 'The meter refused the password or the operator', status: 502, retryable: false, remedy: 'Check the password and its level for this meter' },
  'unsupported-register': { meaning: 'The protocol or the meter does not have this register', status: 422, retryable: false, remedy: 'Name a register of the catalogue, as 1-0:1.8.0 or dlt645:00010000' },
  'unsupported-action': { meaning: 'The meter cannot do this by the way it is configured', status: 422, retryable: false, remedy: 'Use an action that the meter supports' },
  'signer-down': { meaning: 'The encryption machine that seals for this meter cannot be asked', status: 503, retryable: true, remedy: 'Look whether it runs and can be reached; what needs a seal is held until then' },
  'signer-refused': { meaning: 'The encryption machine refuses to seal', status: 502, retryable: false, remedy: 'Look at its reason: the secret, the meter or its keys' },
  'bad-value': { meaning: 'The reply verifies but carries no usable value', status: 502, retryable: true, remedy: 'Read again; a meter that keeps doing so needs a visit' },
  // Frames
  'bad-hex': { meaning: 'The text is not whole bytes of hex', status: 400, retryable: false, remedy: 'Send pairs of hex digits' },
  'bad-length': { meaning: 'The length byte and the bytes disagree', status: 400, retryable: false, remedy: 'Send one whole frame' },
  'bad-delimiter': { meaning: 'A 68 or 16 is missing where the frame must have it', status: 400, retryable: false, remedy: 'Send one whole frame' },
  'bad-checksum': { meaning: 'The checksum does not fit the bytes', status: 400, retryable: false, remedy: 'The frame was damaged on its way; read again' },
  'bad-address': { meaning: 'The address is not 12 BCD digits', status: 400, retryable: false, remedy: 'Use the 12 digits printed on the meter' },
  'bad-data': { meaning: 'The data of the frame is not what its function needs', status: 400, retryable: false, remedy: 'Check the function and the register' },
  'unknown-protocol': { meaning: 'No such protocol', status: 400, retryable: false, remedy: 'Name one of the supported protocols' },
  // Money
  'insufficient-funds': { meaning: 'The account has less money of its own than that', status: 409, retryable: true, remedy: 'Look at balance − held − accrued of the account, since credit does not count: ask for less, or wait for money' },
  'self-approval': { meaning: 'Who asks for a reversal may not approve it', status: 403, retryable: false, remedy: 'Let another person with runs:approve approve it' },
  'reversal-ended': { meaning: 'The reversal was posted, rejected or has expired', status: 409, retryable: false, remedy: 'Look at its state; ask for a new one if it is still wanted' },
  'not-reversible': { meaning: 'This entry cannot be undone that way', status: 422, retryable: false, remedy: 'Do what the detail says' },
  'already-reversed': { meaning: 'Of the entry less is left than that', status: 409, retryable: false, remedy: 'Look at what is left of it' },
  'hold-ended': { meaning: 'What was set aside has been posted, voided or has expired', status: 409, retryable: false, remedy: 'Look at the state of the hold; place a new one if it is still wanted' },
  // Metering
  'reading-not-believable': { meaning: 'The register cannot have stood there between its neighbours', status: 422, retryable: false, remedy: 'Check the value, the register and the instant; correct the neighbour first where it is the wrong one' },
  // Commands
  'command-refused': { meaning: 'A term of the decision does not hold', status: 409, retryable: false, remedy: 'Look at the terms: each says what is missing' },
  'command-finished': { meaning: 'The command has ended or was sent already', status: 409, retryable: false, remedy: 'Look at its time line' },
  'command-expired': { meaning: 'The deadline of the command has passed', status: 409, retryable: false, remedy: 'Ask for a new one if it is still wanted' },
  'recharge-under-way': { meaning: 'Another recharge of this meter has not ended', status: 409, retryable: true, remedy: 'Wait until it has ended: the purchase count is what proves either' },
  'bench-test-only': { meaning: 'A relay command or a write by hand would go past every gate of a running gateway', status: 409, retryable: false, remedy: 'Use the API of the gateway, or --bench-test on a meter that supplies nobody' },
} as const satisfies Record<string, ErrorCodeRow>;

export type ErrorCode = keyof typeof ERROR_CODES;
