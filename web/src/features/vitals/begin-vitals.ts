/** How long the first paint may take before what measures it is loaded all the same, in ms. */
const latest = 5_000;

/** Loads what measures when the browser has nothing else to do: what has happened by then it is told by the browser. */
export function beginVitals(): void {
  const load = (): void =>
    void import('./measure-vitals').then(
      ({ measureVitals }) => measureVitals(),
      () => undefined,
    );
  requestAnimationFrame(() => {
    if ('requestIdleCallback' in window) window.requestIdleCallback(load, { timeout: latest });
    else setTimeout(load, latest / 5);
  });
}
