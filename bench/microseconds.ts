/** Since the machine started, so that processes on it can compare. */
export function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
