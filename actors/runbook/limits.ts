/** How large a runbook may be, and the input of one run, in bytes of JSON: a run carries both with it. */
export const mostDocumentBytes = 256 * 1024;
export const mostInputBytes = 256 * 1024;
