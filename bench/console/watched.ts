import type { Page } from 'playwright-core';

/** What the browser itself has seen while something was done. */
export interface Seen {
  /** ms of each task that kept the page's thread for more than 50 ms. */
  longTasks: number[];
  /** ms between frames. */
  frames: number[];
}

/** Does something, and has the page watch its own thread meanwhile. */
export async function watched(page: Page, act: () => Promise<void>): Promise<Seen> {
  await page.evaluate(() => {
    const seen: Seen = { longTasks: [], frames: [] };
    const observer = new PerformanceObserver((entries) =>
      seen.longTasks.push(...entries.getEntries().map(({ duration }) => duration)),
    );
    observer.observe({ entryTypes: ['longtask'] });
    let last = performance.now();
    let next = requestAnimationFrame(function frame(now) {
      seen.frames.push(now - last);
      last = now;
      next = requestAnimationFrame(frame);
    });
    Object.assign(window, {
      ended: () => {
        observer.disconnect();
        cancelAnimationFrame(next);
        return seen;
      },
    });
  });
  await act();
  return page.evaluate(() => (window as unknown as { ended: () => Seen }).ended());
}
