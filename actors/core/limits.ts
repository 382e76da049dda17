/**
 * How much an agent may hold, in bytes of JSON. All that it carries from one run of its workflow to the next is one payload, and so
 * is the answer to a batch of commands; Temporal ends a workflow over one of more than 2 MiB. State, config, window of command
 * ids (some 300 KiB) and what waits for the broker have to fit together.
 */
export const mostStateBytes = 768 * 1024;
export const mostConfigBytes = 256 * 1024;
/** The data of one command, a config among it. */
export const mostCommandBytes = mostConfigBytes + 4096;
/**
 * State and config that a fork is born with, together: its first record holds both, goes out in one message of JetStream (1 MiB), and
 * beside its checkpoint in one payload.
 */
export const mostForkBytes = 640 * 1024;
/** Records that are handed on together, or carried. */
export const mostRecordsBytes = 256 * 1024;
