/** Examples of the OpenAPI document: who may come in. They are data, and nothing else. */

const times = {
  made: '2026-11-24T21:47:22.705Z',
  changed: '2026-11-24T21:50:00.000Z',
  ends: '2027-02-22T21:47:22.705Z',
};
const user = {
  username: 'olga',
  kind: 'person',
  roles: ['operator'],
  disabled: false,
  lockedUntil: null,
  createdBy: 'ann',
  createdAt: times.made,
  updatedAt: times.changed,
};
const apiKey = {
  id: '01a20f89-859d-7181-ac24-b1ff7d2428ff',
  prefix: 'k3w8q1x5zt',
  name: 'pipeline',
  owner: 'ci',
  scopes: ['agents:read', 'agents:command'],
  agents: ['web-*'],
  createdBy: 'ann',
  createdAt: times.made,
  expiresAt: times.ends,
  revokedAt: null,
  lastUsedAt: null,
};

export const accessExamples = {
  login: { username: 'ann', password: 'correct horse battery staple' },
  grant: {
    access_token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl',
    token_type: 'Bearer',
    expires_in: 900,
    refresh_token: 'dGhlIG5leHQgb25lLCB0byBiZSB1c2VkIG9uY2UuLi4',
    refresh_expires_in: 604_800,
  },
  refresh: {
    refresh_token: 'dGhlIG5leHQgb25lLCB0byBiZSB1c2VkIG9uY2UuLi4',
    attempt: '5f0a6c1f9c3e4b1d8a7e2b6d4c9f0e13',
  },
  loggedOut: { session: '01a20f89-859d-7181-ac24-b1ff7d2428ff' },
  me: {
    subject: 'ann',
    kind: 'person',
    roles: ['viewer'],
    permissions: ['agents:read', 'events:read'],
    agents: null,
    credential: { type: 'session', id: '01a20f89-859d-7181-ac24-b1ff7d2428ff', expiresAt: times.ends },
  },
  ticket: { ticket: 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ3cyJ9.c2lnbmF0dXJl', expires_in: 30 },
  newUser: { username: 'olga', kind: 'person', password: 'a long enough password', roles: ['operator'] },
  userChange: { roles: ['viewer'] },
  user,
  userPage: { users: [user], next: null },
  newApiKey: { name: 'pipeline', owner: 'ci', scopes: ['agents:read'], agents: ['web-*'], expires_in_days: 90 },
  apiKey,
  madeApiKey: { ...apiKey, key: 'ymk_k3w8q1x5zt_bm90IGEga2V5LCBidXQgd2hhdCBvbmUgbG9va3MgbGlr' },
  apiKeyPage: { keys: [apiKey], next: null },
  payloads: { payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'eyJhIjoxfQ==' }] },
};
