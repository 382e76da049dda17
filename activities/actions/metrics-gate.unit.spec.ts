import { testServer, type TestServer } from '../_util/http-server';
import { codeOf, outputOf, stepHarness, type StepHarness } from '../_util/step-harness';
import type { StepResult } from './order';

let harness: StepHarness;
let server: TestServer;
let answers: unknown[];

beforeEach(async () => {
  harness = await stepHarness();
  answers = [];
  server = await testServer((_, response) => {
    response.end(JSON.stringify(answers.length > 1 ? answers.shift() : answers[0]));
  });
});
afterEach(async () => {
  await server.end();
  await harness.end();
});

const vector = (...values: string[]): object => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: values.map((value, at) => ({ metric: { __name__: 'errors', job: `j${at}` }, value: [1, value] })),
  },
});
const gate = (more: object = {}): Promise<StepResult> =>
  harness.perform({ action: 'metrics.gate', with: { url: server.url, query: 'errors', threshold: 0.1, ...more } });

it('is open where every series compares as it must, and closed by the first that does not', async () => {
  answers = [vector('0.05', '0.1')];
  expect(outputOf(await gate())).toEqual({ ok: true, error: null, value: 0.05, looks: 1 });
  answers = [vector('0.05', '0.2')];
  expect(codeOf(await gate())).toBe('gate_closed');
  const error = 'errors{job="j1"} is 0.2, and must be <= 0.1';
  expect(outputOf(await gate({ fail: false }))).toEqual({ ok: false, error, value: 0.2, looks: 1 });
  expect(outputOf(await gate({ operator: '>', threshold: 0 }))).toMatchObject({ ok: true });
});

it('is closed by what is no number, and by an infinity that is too much', async () => {
  answers = [vector('NaN')];
  expect(outputOf(await gate({ fail: false }))).toMatchObject({ ok: false, value: null });
  answers = [vector('+Inf')];
  expect(outputOf(await gate({ fail: false }))).toMatchObject({ ok: false, value: null });
  expect(outputOf(await gate({ operator: '>=' }))).toMatchObject({ ok: true });
});

it('without a series it means what it is told to mean', async () => {
  answers = [vector()];
  expect(codeOf(await gate())).toBe('gate_closed');
  expect(outputOf(await gate({ no_data: 'pass' }))).toMatchObject({ ok: true, value: null });
});

it('must hold each time it is looked at', async () => {
  answers = [vector('0'), vector('0'), vector('1'), vector('0')];
  expect(outputOf(await gate({ for: 30, every: 0.1, fail: false }))).toMatchObject({ ok: false, looks: 3 });
});

it('says what Prometheus says of a bad expression, and that it is away', async () => {
  answers = [{ status: 'error', errorType: 'bad_data', error: 'parse error: unexpected end of input' }];
  const bad = await gate();
  expect(codeOf(bad)).toBe('query_failed');
  expect(bad).toMatchObject({ error: { message: 'Prometheus answered 200: parse error: unexpected end of input' } });
  answers = ['nothing', { status: 'success', data: { resultType: 'vector', result: [{ metric: {} }] } }];
  expect(codeOf(await gate())).toBe('query_failed');
  expect(codeOf(await gate())).toBe('query_failed');
  await server.end();
  expect(codeOf(await gate())).toBe('unreachable');
});
