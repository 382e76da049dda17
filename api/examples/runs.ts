/** Examples of the OpenAPI document, as in `agents.ts`: the runbook `greet`, which somebody must agree to, and a run of it. */

const hash = '1c4168e21e579dfe2824358184c4760280c6fcb6005d9bcbefded980ae312f05';
const planHash = '538d88edb73dedaee4fab286ad5d2d81397ffebdf56103c06b0a5eaaea4be79c';
const runHash = '011f4b2cb544010c1bf97e16e56bb947ab9e7b1c439d080251be547ec47e1e6c';
const begun = '2026-11-24T21:47:20.438Z';
const asked = '2026-11-24T21:47:20.729Z';
const until = '2026-11-24T22:47:20.729Z';

const document = {
  name: 'greet',
  description: 'Says something, where somebody agrees.',
  input: { text: { type: 'string', default: 'hello' } },
  targets: ['door:front'],
  steps: [
    {
      id: 'ask',
      approval: { message: 'Say it?', roles: ['approver'], timeout: '1h' },
      steps: [{ id: 'say', action: 'debug.echo', with: { text: '${{ input.text }}' } }],
    },
  ],
};
const source = `name: greet
description: Says something, where somebody agrees.
input:
  text: { type: string, default: hello }
targets: [door:front]
steps:
  - id: ask
    approval: { message: Say it?, roles: [approver], timeout: 1h }
    steps:
      - id: say
        action: debug.echo
        with: { text: '\${{ input.text }}' }
`;
const runbookSummary = {
  name: 'greet',
  version: 1,
  description: document.description,
  hash,
  createdBy: 'ann',
  createdAt: begun,
  reason: 'The first one.',
};

export const runbookExamples = {
  document,
  newRunbook: { source, reason: 'The first one.' },
  runbook: { ...runbookSummary, document, source },
  runbookPage: { runbooks: [runbookSummary], next: null },
  versionPage: { versions: [runbookSummary], next: null },
  saved: { name: 'greet', version: 1, hash, created: true },
  linted: { valid: true, name: 'greet', hash, document },
  diff: { from: 1, to: 2, diff: [{ op: 'replace', path: '/input/text/default', value: 'good evening' }] },
  schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', required: ['name', 'steps'] },
  planBody: { version: 1, input: { text: 'good evening' } },
  plan: {
    runbook: { name: 'greet', version: 1, hash },
    targets: ['door:front'],
    veto: null,
    steps: [{ path: 'ask', kind: 'approval', reached: 'yes' }],
    planHash,
  },
  actions: {
    actions: [
      {
        name: 'debug.echo',
        title: 'Echo',
        description: 'Returns its input as it is. Does nothing else.',
        effect: 'read',
        idempotent: true,
        timeout: 10,
        input: { type: 'object' },
        output: { type: 'object' },
        undo: false,
        verify: false,
      },
    ],
  },
};

const runSummary = {
  id: 'greet-1',
  name: 'greet 1',
  runbook: 'greet',
  version: 1,
  status: 'running',
  phase: 'running',
  startedBy: 'ann',
  trigger: 'api',
  agent: null,
  targets: ['door:front'],
  createdAt: begun,
  startedAt: begun,
  endedAt: null,
  errorCode: null,
  sequence: 5,
  attention: true,
  parent: null,
  lineageOf: null,
};
const approval = {
  run: 'greet-1',
  runbook: 'greet',
  path: 'ask',
  status: 'pending',
  message: 'Say it?',
  plan: [{ path: 'say', kind: 'action', action: 'debug.echo', effect: 'read', with: { text: 'hello' } }],
  planHash,
  roles: ['approver'],
  count: 1,
  reasonRequired: false,
  given: [],
  requestedAt: asked,
  expiresAt: until,
  startedBy: 'ann',
};

export const runExamples = {
  newRun: { runbook: 'greet', id: 'greet-1', input: { text: 'good evening' }, reason: 'The guests are there.' },
  note: { reason: 'The guests are late.' },
  cancel: { undo: true, reason: 'The guests are not coming.' },
  skip: { reason: 'They have gone already.' },
  retry: { skip: [{ step: 'ask', reason: 'Everybody agrees.' }], reason: 'The guests are back.' },
  rerun: { input: { text: 'good night' }, reason: 'More guests came.' },
  answer: { answer: 'approve', planHash, reason: 'Looked at it.' },
  run: {
    id: 'greet-1',
    name: 'greet 1',
    runbook: { name: 'greet', version: 1, hash },
    status: 'running',
    phase: 'running',
    startedBy: 'ann',
    trigger: { type: 'api' },
    input: { text: 'good evening' },
    targets: [{ key: 'door:front', agent: 'target-b8f5b7595ea033d64a11a2655ccbde7c', status: 'held' }],
    steps: [
      {
        path: 'ask',
        status: 'running',
        attempt: 1,
        action: null,
        startedAt: begun,
        endedAt: null,
        output: null,
        error: null,
        until: null,
        reason: null,
        child: null,
      },
    ],
    approvals: [{ path: 'ask', status: 'pending', planHash }],
    pausedBy: null,
    cancel: null,
    error: null,
    output: null,
    sequence: 5,
    hash: runHash,
    createdAt: begun,
    updatedAt: asked,
    startedAt: begun,
    endedAt: null,
    lineage: null,
  },
  runPage: { runs: [runSummary], next: null },
  logPage: {
    lines: [{ position: 1, path: 'say', attempt: 1, stream: 'stdout', time: asked, text: 'hello', cut: false }],
    position: 1,
    more: false,
  },
  approvalPage: { approvals: [approval], next: null },
  lockBreak: { key: 'door:front', owner: 'greet-1', reason: 'The run hangs.' },
  lockPage: {
    locks: [
      {
        key: 'door:front',
        agent: 'target-b8f5b7595ea033d64a11a2655ccbde7c',
        slots: 1,
        holders: [{ owner: 'greet-1', since: begun, until }],
        queue: [],
        updatedAt: begun,
      },
    ],
    next: null,
  },
};

const schedule = {
  id: 'hourly',
  runbook: 'greet',
  version: null,
  createdBy: 'ann',
  everyMs: 3_600_000,
  paused: false,
  note: null,
  next: ['2026-11-24T22:00:00.000Z', '2026-11-24T23:00:00.000Z'],
  recent: [{ scheduledAt: begun, takenAt: begun, workflow: 'launch:hourly-2026-11-24T21:00:00Z' }],
};
const hook = {
  id: 'pushes',
  runbook: 'greet',
  agent: null,
  version: null,
  form: 'github',
  secret: 'secret://push-key',
  filter: "event.ref == 'refs/heads/main'",
  input: { text: '${{ event.ref }}' },
  enabled: true,
  createdBy: 'ann',
  createdAt: begun,
  updatedAt: begun,
};

export const artifactExamples = {
  artifacts: {
    artifacts: [{ step: 'build', name: 'app', digest: `sha256:${hash}`, size: 48_213, type: 'file', available: true }],
  },
  content: 'its bytes',
};

export const triggerExamples = {
  newSchedule: { id: 'hourly', runbook: 'greet', every: 3600, overlap: 'skip', note: 'So that nobody feels alone.' },
  schedule: {
    ...schedule,
    input: {},
    overlap: 'skip',
    catchupWindowMs: 3_600_000,
    createdAt: begun,
    counts: { taken: 1, missed: 0, skipped: 0 },
  },
  schedulePage: { schedules: [schedule], next: null },
  scheduleNote: { note: 'Over the holidays.' },
  backfill: { from: '2026-11-24T10:00:00Z', to: '2026-11-24T12:00:00Z' },
  deletedSchedule: { id: 'hourly' },
  newHook: {
    id: 'pushes',
    runbook: 'greet',
    form: 'github',
    secret: 'secret://push-key',
    filter: "event.ref == 'refs/heads/main'",
    input: { text: '${{ event.ref }}' },
  },
  hook,
  hookPage: { hooks: [hook], next: null },
  deletedHook: { id: 'pushes' },
  deliveryPage: {
    deliveries: [{ delivery: '72d3162e-cc78-11e3-81ab-4c9367dc0958', run: 'hook-5d1f', receivedAt: begun }],
    next: null,
  },
  event: { ref: 'refs/heads/main', after: '3f786850e387550fdab836ed7e6dc881de23001b' },
  delivered: { run: 'hook-5d1f', duplicate: false },
};
