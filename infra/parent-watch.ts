/**
 * Calls `onOrphaned` once when the process that started this one is gone, so that a supervisor killed with -9 leaves no
 * child behind. Does nothing unless `YMERA_SUPERVISED=1`: a container's init or a shell may well end before its child.
 * The watch itself does not keep the process alive.
 */
export function endWithParent(onOrphaned: () => void): void {
  if (process.env['YMERA_SUPERVISED'] !== '1') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onOrphaned();
  }, 500);
  timer.unref();
}
