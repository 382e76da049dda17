import { permissionsOf, roles, type Role } from '../../api/access/policy';
import { routes } from '../../api/routes/all';
import { ApiClient, type Answer } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

/** Who may make each call, written by hand: Viewer, Operator, aPprover, aUditor, admiN; * for anyone, also without a credential. */
const byHand: Record<string, string> = {
  'POST /auth/login': '*',
  'POST /auth/refresh': '*',
  'POST /auth/logout': 'VOPUN',
  'GET /auth/me': 'VOPUN',
  'POST /auth/ws-ticket': 'VOPUN',
  'GET /users': 'UN',
  'POST /users': 'N',
  'GET /users/{username}': 'UN',
  'PATCH /users/{username}': 'N',
  'GET /api-keys': 'VOPUN',
  'POST /api-keys': 'VOPUN',
  'DELETE /api-keys/{id}': 'VOPUN',
  'POST /codec/encode': 'UN',
  'POST /codec/decode': 'UN',
  'POST /csp-reports': '*',
  'GET /kinds': 'VOPUN',
  'GET /agents': 'VOPUN',
  'POST /agents': 'ON',
  'GET /agents/{id}': 'VOPUN',
  'DELETE /agents/{id}': 'ON',
  'GET /agents/{id}/schema': 'VOPUN',
  'GET /agents/{id}/config': 'VOPUN',
  'POST /agents/{id}/config': 'ON',
  'GET /agents/{id}/config/versions': 'VOPUN',
  'POST /agents/{id}/config/rollback': 'ON',
  'GET /config-templates': 'VOPUN',
  'POST /config-templates': 'ON',
  'GET /config-templates/{id}': 'VOPUN',
  'PUT /config-templates/{id}': 'ON',
  'DELETE /config-templates/{id}': 'ON',
  'POST /agents/{id}/commands': 'ON',
  'POST /agents/{id}/fork': 'ON',
  'GET /agents/{id}/events': 'VOPUN',
  'GET /agents/{id}/events/histogram': 'VOPUN',
  'GET /agents/{id}/state': 'VOPUN',
  'GET /agents/{id}/diff': 'VOPUN',
  'GET /agents/{id}/retention': 'UN',
  'POST /agents/{id}/retention': 'N',
  'GET /agents/{id}/faults': 'UN',
  'GET /evidence/holds': 'UN',
  'POST /evidence/holds': 'N',
  'GET /evidence/holds/{id}': 'UN',
  'POST /evidence/holds/{id}/release': 'N',
  'POST /evidence/rebuild': 'N',
  'GET /agents/{id}/export': 'UN',
  'GET /runs/{id}/export': 'UN',
  'GET /evidence/export': 'UN',
  'GET /agents/{id}/blame': 'VOPUN',
  'GET /agents/{id}/replay': 'VOPUN',
  'GET /evidence/stream': 'UN',
  'GET /actions': 'VOPUN',
  'GET /runbooks/schema': 'VOPUN',
  'GET /runbooks': 'VOPUN',
  'POST /runbooks': 'ON',
  'POST /runbooks/lint': 'VOPUN',
  'GET /runbooks/{name}': 'VOPUN',
  'GET /runbooks/{name}/versions': 'VOPUN',
  'GET /runbooks/{name}/diff': 'VOPUN',
  'POST /runbooks/{name}/plan': 'ON',
  'GET /runs': 'VOPUN',
  'POST /runs': 'ON',
  'GET /runs/{id}': 'VOPUN',
  'GET /runs/{id}/logs': 'VOPUN',
  'GET /runs/{id}/state': 'VOPUN',
  'GET /runs/{id}/diff': 'VOPUN',
  'POST /runs/{id}/fork': 'ON',
  'GET /runs/{id}/artifacts': 'VOPUN',
  'GET /runs/{id}/artifacts/{digest}': 'VOPUN',
  'POST /runs/{id}/pause': 'ON',
  'POST /runs/{id}/resume': 'ON',
  'POST /runs/{id}/cancel': 'ON',
  'POST /runs/{id}/retry': 'ON',
  'POST /runs/{id}/steps/{path}/skip': 'ON',
  'POST /runs/{id}/steps/{path}/retry': 'ON',
  'POST /runs/{id}/rerun': 'ON',
  'POST /runs/{id}/approvals/{path}': 'PN',
  'GET /approvals': 'VOPUN',
  'GET /locks': 'VOPUN',
  'POST /locks/break': 'ON',
  'GET /schedules': 'VOPUN',
  'POST /schedules': 'ON',
  'GET /schedules/{id}': 'VOPUN',
  'DELETE /schedules/{id}': 'ON',
  'POST /schedules/{id}/pause': 'ON',
  'POST /schedules/{id}/resume': 'ON',
  'POST /schedules/{id}/trigger': 'ON',
  'POST /schedules/{id}/backfill': 'ON',
  'GET /hooks': 'VOPUN',
  'POST /hooks': 'ON',
  'GET /hooks/{id}': 'VOPUN',
  'DELETE /hooks/{id}': 'ON',
  'POST /hooks/{id}/enable': 'ON',
  'POST /hooks/{id}/disable': 'ON',
  'GET /hooks/{id}/deliveries': 'VOPUN',
  'POST /hooks/{id}': '*',
  'GET /evidence/keys': 'VOPUN',
  'GET /evidence/checkpoints': 'UN',
  'GET /evidence/checkpoints/{number}': 'UN',
  'GET /evidence/anchors': 'UN',
  'POST /agents/{id}/verify': 'UN',
  'POST /runs/{id}/verify': 'UN',
  'POST /evidence/verify': 'UN',
  'GET /evidence/verifications': 'UN',
  'GET /evidence/verifications/{id}': 'UN',
  'POST /evidence/verifications/{id}/cancel': 'UN',
  'GET /system/info': 'VOPUN',
  'POST /metrics/frontend': '*',
  'GET /metrics/frontend': 'VOPUN',
  'GET /metrics': 'VOPUN',
  'GET /metrics/series': 'VOPUN',
  'GET /openapi.json': '*',
};

const letters: Record<Role, string> = { viewer: 'V', operator: 'O', approver: 'P', auditor: 'U', admin: 'N' };
const columns = [...roles, 'nobody'] as const;
type Outcome = string | 401 | 403;

function outcomesByHand(call: string): Outcome[] {
  const who = byHand[call] ?? '';
  return columns.map((column) => {
    if (who === '*') return 'allowed';
    if (column === 'nobody') return 401;
    return who.includes(letters[column]) ? 'allowed' : 403;
  });
}

function outcomesByPolicy({ permission }: (typeof routes)[number]): Outcome[] {
  return columns.map((column) => {
    if (permission === 'public') return 'allowed';
    if (column === 'nobody') return 401;
    return permission === 'signed-in' || permissionsOf([column]).has(permission) ? 'allowed' : 403;
  });
}

const callOf = ({ method, path }: (typeof routes)[number]): string => `${method.toUpperCase()} ${path}`;
/** What is demanded comes before what is sent: an empty body to what does not exist changes nothing, whoever may. */
const places: Record<string, string> = { '/api-keys/{id}': '/api-keys/00000000-0000-7000-8000-000000000000' };
const placeOf = (path: string): string => places[path] ?? path.replace(/\{\w+\}/g, 'nothing');

function outcomeOf({ status, body }: Answer): Outcome {
  if (status === 401 && body.code === 'unauthenticated') return 401;
  if (status === 403 && body.code === 'forbidden') return 403;
  // A delivery to a hook that is none: the door was reached.
  if (status === 401 && body.code === 'invalid_signature') return 'allowed';
  return status === 401 || status === 403 || status >= 500 ? `${status} ${body.code}` : 'allowed';
}

describe('every call by every role', () => {
  let stack: TestStack;
  const clients = new Map<string, ApiClient>();

  beforeAll(async () => {
    stack = await startTestStack();
    const file = stack.reload();
    const admin = await ApiClient.login(file);
    for (const role of roles) {
      const credentials = { username: `the-${role}`, password: `the password of the ${role}` };
      const { status } = await admin.call('POST', 'users', { ...credentials, roles: [role] });
      expect(status).toBe(201);
      clients.set(role, await ApiClient.login({ ...file, credentials }));
    }
    clients.set('nobody', ApiClient.anonymous(file));
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  it('is in the table, and the table has no other', () => {
    expect(Object.keys(byHand).sort()).toEqual(routes.map(callOf).sort());
  });

  // The one that ends the sessions comes last.
  const last = (route: (typeof routes)[number]): number => (route.path === '/auth/logout' ? 1 : 0);
  const rows = [...routes].sort((a, b) => last(a) - last(b)).map((route) => ({ call: callOf(route), route }));

  it.each(rows)('$call', async ({ call, route }) => {
    expect(outcomesByPolicy(route)).toEqual(outcomesByHand(call));
    const found: Outcome[] = [];
    for (const column of columns) {
      const client = clients.get(column) as ApiClient;
      const body = route.method === 'get' || route.method === 'delete' ? undefined : {};
      found.push(outcomeOf(await client.call(route.method.toUpperCase(), placeOf(route.path).slice(1), body)));
    }
    expect(found).toEqual(outcomesByHand(call));
  });
});
