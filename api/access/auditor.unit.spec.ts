import { routes } from '../routes/all';
import { permissionsOf } from './policy';

const may = permissionsOf(['auditor']);
const opened = routes.filter(
  ({ permission }) => permission !== 'public' && permission !== 'signed-in' && may.has(permission),
);
const callOf = ({ method, path }: (typeof routes)[number]): string => `${method.toUpperCase()} ${path}`;

/** What is asked by POST and yet changes nothing that it is about. */
const harmless = [
  'POST /runbooks/lint',
  'POST /codec/encode',
  'POST /codec/decode',
  'POST /agents/{id}/verify',
  'POST /runs/{id}/verify',
  'POST /evidence/verify',
  'POST /evidence/verifications/{id}/cancel',
];

describe('an auditor', () => {
  it('reads all of the past', () => {
    const past = ['events', 'state', 'diff', 'blame', 'replay'].map((what) => `GET /agents/{id}/${what}`);
    const ofRuns = ['state', 'diff', 'logs'].map((what) => `GET /runs/{id}/${what}`);
    expect(opened.map(callOf)).toEqual(expect.arrayContaining([...past, ...ofRuns, 'GET /evidence/stream']));
    const read = routes.filter(({ method }) => method === 'get');
    expect(
      read.filter(({ permission }) => permission !== 'public' && permission !== 'signed-in' && !may.has(permission)),
    ).toEqual([]);
  });

  it('changes nothing', () => {
    const changing = opened.map(callOf).filter((call) => !call.startsWith('GET ') && !harmless.includes(call));
    expect(changing).toEqual([]);
  });

  it('governs no evidence: that is for admins', () => {
    const governing = routes.filter(({ permission }) => permission === 'evidence:govern').map(callOf);
    const rebuildsAndHolds = ['POST /evidence/rebuild', 'POST /evidence/holds', 'POST /evidence/holds/{id}/release'];
    expect(governing).toEqual(expect.arrayContaining(rebuildsAndHolds));
    expect([may.has('evidence:govern'), permissionsOf(['admin']).has('evidence:govern')]).toEqual([false, true]);
  });
});
