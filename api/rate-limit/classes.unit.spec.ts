import { parseEnvironment } from '../../infra/config';
import { limitsOf, ruleFor } from './classes';

describe('the class of a request', () => {
  it.each([
    ['POST', '/api/v1/auth/login', { limit: 'login' }],
    ['POST', '/api/v1/Auth/LOGIN/', { limit: 'login' }],
    ['POST', '/API/v1/auth/login', { limit: 'login' }],
    ['GET', '/api/v1/auth/login', { limit: 'address' }],
    ['POST', '/api/v1/metrics/frontend', { limit: 'vitals' }],
    ['GET', '/api/v1/metrics/frontend', { limit: 'address' }],
    ['POST', '/api/v1/hooks/pushes', { limit: 'hook', item: 'pushes' }],
    ['POST', '/api/v1/hooks/%70ushes', { limit: 'address' }],
    ['POST', '/api/v1/hooks/PUSHES', { limit: 'address' }],
    ['POST', `/api/v1/hooks/${'x'.repeat(64)}`, { limit: 'address' }],
    ['POST', '/api/v1/hooks/pushes/enable', { limit: 'address' }],
    ['POST', '/api/v1/csp-reports', { limit: 'csp' }],
    ['DELETE', '/api/v1', { limit: 'address' }],
    ['GET', '/api/v1/nowhere', { limit: 'address' }],
    ['GET', '/api/v10', null],
    ['GET', '/healthz', null],
    ['GET', '/readyz', null],
    ['GET', '/metrics', null],
    ['GET', '/docs', null],
    ['GET', '/', null],
  ])('%s %s', (method, path, rule) => {
    expect(ruleFor(method, path)).toEqual(rule);
  });

  it('has the limits of the mission where nothing else is set', () => {
    expect(limitsOf(parseEnvironment({}))).toMatchObject({ address: 100, login: 5, vitals: 1000 });
  });
});
