import { DefaultFailureConverter } from '@temporalio/common';

/** Puts the messages and stack traces of failures into a payload, so that the codec sees them. Wherever payloads are encrypted. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
