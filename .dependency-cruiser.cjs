/** Which folder may import which: DESIGN's one way in, one way out. Checked by `npm run lint`. */
const only = (from, allowed, comment, pathNot = []) => ({
  name: `${from}-imports`,
  comment,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: ['\\.spec\\.ts$', ...pathNot] },
  to: {
    path: '^(actors|workflows|activities|infra|temporal|projections|api|stack|demo|bench|cli|tests|evidence|web|backup)/',
    pathNot: allowed.map((p) => `^${p}`),
  },
});

/** Entries of processes: they wire, so they may import whatever they wire. */
const entries = [
  '^temporal/worker\\.ts$',
  '^api/server\\.ts$',
  '^projections/projector\\.ts$',
  '^evidence/keeper\\.ts$',
  '^projections/migrate-cli\\.ts$',
];

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('actors', ['actors/'], 'actors are pure: they import nothing of the project'),
    only('workflows', ['workflows/', 'actors/', 'activities/'], 'workflows know actors, and the types of activities'),
    {
      name: 'workflows-know-only-types-of-activities',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    only('activities', ['activities/', 'actors/', 'infra/'], 'activities know ports, actors and infra'),
    only('infra', ['infra/', 'actors/'], 'infra serves all and knows none'),
    only(
      'projections',
      ['projections/', 'actors/', 'infra/', 'activities/ports'],
      'the read side knows no engine',
      entries,
    ),
    only(
      'temporal',
      ['temporal/', 'actors/', 'workflows/messages', 'infra/', 'activities/ports', 'projections/queries'],
      'the engine room',
      entries,
    ),
    only(
      'evidence',
      ['evidence/', 'actors/', 'workflows/messages', 'infra/', 'temporal/', 'projections/queries'],
      'the keeper of evidence knows no edge',
      entries,
    ),
    only(
      'api',
      [
        'api/',
        'actors/',
        'activities/actions/catalogue',
        'workflows/messages',
        'infra/',
        'temporal/',
        'projections/queries',
      ],
      'the edge',
      entries,
    ),
    only(
      'stack',
      ['stack/', 'infra/', 'projections/migrate'],
      'the embedded stack starts processes; it is none of them',
    ),
    only('web', ['web/', 'actors/'], 'the console speaks HTTP, and folds what it is told as the agents do'),
    only(
      'backup',
      [
        'backup/',
        'actors/',
        'workflows/messages',
        'infra/',
        'temporal/',
        'projections/queries',
        'projections/migrate',
        'stack/',
      ],
      'commands of operators on a whole installation',
    ),
    only('cli', ['cli/'], 'the CLI speaks HTTP only', ['^cli/verify/']),
    only(
      'cli/verify',
      ['cli/verify/', 'actors/core/'],
      'the offline verifier shares only the pure core with the system',
    ),
    {
      name: 'actors-have-no-engine-and-no-io',
      severity: 'error',
      from: { path: '^actors/', pathNot: '\\.spec\\.ts$' },
      to: { path: 'node_modules/(@temporalio|nats|ioredis|pg|koa|ws|pino)' },
    },
    {
      name: 'actors-have-no-node',
      severity: 'error',
      from: { path: '^actors/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'] },
  },
};
