/** Examples of the OpenAPI document, one small world: the agent `shop`, and what happened to it. They are data, and nothing else. */

const digests = {
  created: '36d35bd5058a81185332ff7ea115a0298c02e0b75d7832751acd61cd6c9e2d3d',
  flagSet: '154ebafa21cc69653c001dcc623e202deb3a5843de3d0c7b04780d79da62411b',
  changed: '6e35308559c8fe6b5e296f4011899f26d89707d29f1f4e91a4946dcfa51ddd6e',
  config: 'eb66977b9a3a8ef68c7d859f3299afc0a837f5bbba72c72be468695e9fc6828a',
};
const times = {
  created: '2026-11-24T21:47:22.705Z',
  flagSet: '2026-11-24T21:47:22.758Z',
  forked: '2026-11-24T21:50:00.000Z',
};
const config = { checkpoint_interval: 60, log_level: 'info', max_flags: 50 };

export const agentExamples = {
  newAgent: { kind: 'flags', id: 'shop', name: 'Shop', config: { max_flags: 500 } },
  agent: {
    id: 'shop',
    kind: 'flags',
    name: 'Shop',
    status: 'running',
    state: { flags: { 'dark-mode': true } },
    config,
    configVersion: 2,
    sequence: 3,
    hash: digests.changed,
    createdAt: times.created,
    updatedAt: times.flagSet,
    consistency: 'live',
  },
  agentPage: {
    agents: [
      {
        id: 'shop',
        kind: 'flags',
        name: 'Shop',
        status: 'running',
        configVersion: 2,
        sequence: 3,
        hash: digests.changed,
        createdAt: times.created,
        updatedAt: times.flagSet,
        lastEventType: 'ConfigChanged',
        health: null,
      },
      {
        id: 'watch',
        kind: 'devops',
        name: 'Watch of the shop',
        status: 'running',
        configVersion: 1,
        sequence: 2,
        hash: digests.flagSet,
        createdAt: times.created,
        updatedAt: times.flagSet,
        lastEventType: 'IssueDetected',
        health: { status: 'failing', targets: 3, failing: 1, mending: 0 },
      },
    ],
    next: null,
  },
  configSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { max_flags: { type: 'integer', minimum: 1, maximum: 10_000, default: 500 } },
  },
  config,
  fork: { at: 2, id: 'shop-before', reason: 'To see what would have been.' },
  command: { type: 'SetFlag', data: { key: 'dark-mode', value: true }, reason: 'The night shift asked for it.' },
  rollback: { version: 1, reason: 'It was better before.' },
  info: {
    version: '0.1.0',
    environment: 'production',
    node: '20.20.2',
    startedAt: '2026-11-24T21:31:20.264Z',
    uptimeSeconds: 938.1,
    agents: { running: 1, stopped: 0 },
    sockets: 2,
    queueDepth: 0,
    projector: { waiting: 0, unacked: 0, lag: 0, dropped: 0 },
  },
};

const event = {
  specversion: '1.0',
  id: 'shop:2',
  source: '/agents/shop',
  type: 'ymera.flags.FlagSet',
  time: times.flagSet,
  datacontenttype: 'application/json',
  data: { key: 'dark-mode', value: true, previous: null },
  sequence: 2,
  messagetype: 'EVENT',
  commandid: '01a20f87-1d03-7565-a9e7-56ad49c4a01a',
  principal: 'ann',
  reason: 'The night shift asked for it.',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  prevhash: digests.created,
  hash: digests.flagSet,
};

const configChanged = {
  ...event,
  id: 'shop:3',
  type: 'ymera.flags.ConfigChanged',
  data: { version: 2, config },
  sequence: 3,
  prevhash: digests.flagSet,
  hash: digests.changed,
};

export const eventExamples = {
  event,
  histogram: {
    by: 'time',
    buckets: [
      {
        index: 0,
        from: 1,
        to: 2,
        begins: times.created,
        ends: times.flagSet,
        counts: { EVENT: 2, NOTIFICATION: 0, RESPONSE: 0 },
      },
    ],
  },
  eventPage: { events: [event], next: 3 },
  commandDone: { status: 'accepted', commandId: event.commandid, sequence: 2, events: [event] },
  configChange: { version: 2, config, sequence: 3, events: [configChanged] },
  configVersions: {
    versions: [
      {
        version: 2,
        sequence: 3,
        time: times.flagSet,
        principal: 'ann',
        config,
        hash: digests.config,
        diff: [{ op: 'replace', path: '/max_flags', value: 50 }],
      },
    ],
    next: 2,
  },
  diff: { from: 1, to: 2, diff: [{ op: 'add', path: '/state/flags/dark-mode', value: true }] },
  ledgerLine: { cursor: 'WyI4MTIiLCIyMDQ0Il0', record: event },
  blame: {
    events: [
      {
        sequence: 2,
        time: times.flagSet,
        type: event.type,
        principal: 'ann',
        reason: event.reason,
        commandid: event.commandid,
        changes: [{ path: '/state/flags/dark-mode', after: true }],
        truncated: false,
      },
    ],
    next: null,
  },
  replay: {
    agent: 'shop',
    from: 1,
    to: 3,
    events: 3,
    begins: times.created,
    ends: times.flagSet,
    socket: '/ws',
    message: { op: 'replay', agent: 'shop', from: '1', to: '3', speed: 10 },
  },
  kinds: {
    kinds: [
      {
        name: 'flags',
        title: 'Feature flags',
        description: 'Feature flags whose every change is on record.',
        internal: false,
        config: { type: 'object' },
        commands: [{ type: 'SetFlag', description: 'Sets a flag.', internal: false, schema: { type: 'object' } }],
        events: [{ type: 'ymera.flags.FlagSet', messagetype: 'EVENT', schema: { type: 'object' } }],
      },
    ],
  },
};
