/** A signal that aborts so many seconds after another one; that one itself where there is nothing to wait for. */
export function later(signal: AbortSignal, seconds: number): AbortSignal {
  if (seconds === 0) return signal;
  const over = new AbortController();
  const begin = (): void => void setTimeout(() => over.abort(), seconds * 1_000);
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return over.signal;
}
