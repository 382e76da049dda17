import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** A headless browser that asks nobody but the page's own server. @param executablePath of a Chromium; see `describeWithTools` */
export function launchBrowser(executablePath: string): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args: ['--disable-gpu', '--disable-quic', ...quiet, ...asRoot] });
}

/** What a page must not have done: told by the browser itself. */
export class Faults {
  readonly found: string[] = [];
  private readonly expected: RegExp[] = [];

  /** @param pattern of a fault that the test causes itself, such as an answer of 412 */
  expect(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  /** All but the expected ones. */
  get unexpected(): string[] {
    return this.found.filter((fault) => !this.expected.some((pattern) => pattern.test(fault)));
  }

  async watch(page: Page): Promise<void> {
    page.on('console', (message) => {
      if (message.type() === 'error') this.found.push(`console: ${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => this.found.push(`page: ${error.stack ?? error.message}`));
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // Leaving a page ends what it still waits for.
      if (why !== 'net::ERR_ABORTED') this.found.push(`request: ${request.method()} ${request.url()} ${why}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) {
        this.found.push(`answer: ${response.status()} ${response.request().method()} ${response.url()}`);
      }
    });
    await page.exposeFunction('ymeraCspViolation', (what: string) => this.found.push(`csp: ${what}`));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { ymeraCspViolation } = window as unknown as { ymeraCspViolation: (what: string) => void };
        ymeraCspViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
  }
}

export interface OpenPage {
  context: BrowserContext;
  page: Page;
  faults: Faults;
}

/** A page of its own: nothing kept, nothing shared. */
export async function openPage(
  browser: Browser,
  origin: string,
  size = { width: 1280, height: 800 },
): Promise<OpenPage> {
  const context = await browser.newContext({ baseURL: origin, viewport: size, reducedMotion: 'reduce' });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults = new Faults();
  await faults.watch(page);
  return { context, page, faults };
}

/** Signs in by the form. */
export async function signIn(
  page: Page,
  { username, password }: { username: string; password: string },
): Promise<void> {
  await page.goto('/');
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[data-feed=live]').waitFor();
}

/** What axe finds that is serious or critical, by WCAG 2.2 A and AA. */
export async function accessFaults(page: Page): Promise<string[]> {
  // Past the content security policy, which keeps the page itself from doing so.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: { type: 'tag', values: tags },
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
}
