import { routes } from '../routes/all';
import { permissionsOf } from './policy';

const may = permissionsOf(['auditor']);
const opened = routes.filter(
  ({ permission }) => permission !== 'public' && permission !== 'signed-in' && may.has(permission),
);
const callOf = ({ method, path }: (typeof routes)[number]): string => `${method.toUpperCase()} ${path}`;

/** What is asked by POST and yet changes nothing that it is about; those of evidence leave what they found. */
const harmless = /^POST \/(runbooks\/lint|codec\/(en|de)code|evidence\/|(agents|runs)\/\{id\}\/verify$)/;

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
    const changing = opened.map(callOf).filter((call) => !call.startsWith('GET ') && !harmless.test(call));
    expect(changing).toEqual([]);
  });
});
