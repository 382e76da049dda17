import type { Page } from 'playwright-core';
import type { ApiClient } from '../../_util/api-client';

type Json = Record<string, unknown>;

/** Waits until the time machine shows the state of a moment. @returns each innermost value by its pointer */
export async function stateAfter(page: Page, sequence: number): Promise<Json> {
  await page.getByRole('heading', { name: `State after event ${sequence}`, exact: true }).waitFor();
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll<HTMLElement>('[data-pointer][data-value]')];
    return Object.fromEntries(
      lines.map(({ dataset }): [string, unknown] => [dataset['pointer'] ?? '', JSON.parse(dataset['value'] ?? '')]),
    );
  });
}

/** The same as the API tells it. */
export async function toldState(api: ApiClient, agent: string, sequence: number): Promise<Json> {
  const answer = await api.call('GET', `agents/${agent}/state?at=${sequence}`);
  expect(answer.status).toBe(200);
  const { name, status, state, config, configVersion } = answer.body as Json;
  const leaves: Json = {};
  const walk = (value: unknown, pointer: string): void => {
    if (typeof value !== 'object' || value === null) leaves[pointer] = value;
    else for (const [member, part] of Object.entries(value)) walk(part, `${pointer}/${member}`);
  };
  walk({ name, status, state, config, configVersion }, '');
  return leaves;
}
