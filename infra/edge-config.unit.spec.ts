import { parseEnvironment } from './config';

const faultOf = (env: NodeJS.ProcessEnv): string => {
  try {
    parseEnvironment(env);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the settings of the edge', () => {
  it.each<[NodeJS.ProcessEnv, RegExp]>([
    [{ TRUSTED_PROXIES: '10.0.0.0/8, proxy.example' }, /TRUSTED_PROXIES: entry 2 /],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /TRUSTED_PROXIES: entry 1 /],
    [{ TRUSTED_PROXIES: '10.1' }, /TRUSTED_PROXIES: entry 1 /],
    [{ CORS_ORIGINS: 'https://ops.example.com/' }, /CORS_ORIGINS: entry 1 /],
    [{ CORS_ORIGINS: 'ops.example.com' }, /CORS_ORIGINS: entry 1 /],
    [{ CORS_ORIGINS: '*', ENVIRONMENT: 'production' }, /CORS_ORIGINS: entry 1 lets every page in/],
    [{ TLS_CERT: 'a.pem' }, /TLS_CERT and TLS_KEY/],
    [{ TLS_KEY: 'a.pem' }, /TLS_CERT and TLS_KEY/],
    [{ RATE_LIMIT_PER_MINUTE: '0', ENVIRONMENT: 'production' }, /RATE_LIMIT_PER_MINUTE: 0/],
    [{ RATE_LIMIT_LOGIN_PER_MINUTE: '-1' }, /RATE_LIMIT_LOGIN_PER_MINUTE/],
    [{ RATE_LIMIT_HOOK_PER_MINUTE: 'many' }, /RATE_LIMIT_HOOK_PER_MINUTE/],
  ])('%j is refused, and named without its value', (env, message) => {
    const fault = faultOf({ ...env });
    expect(fault).toMatch(message);
    expect(fault).not.toMatch(/proxy\.example|ops\.example\.com\/|a\.pem/);
  });

  it('that are right are taken', () => {
    const given = {
      TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::/32, 192.0.2.1',
      CORS_ORIGINS: 'https://ops.example.com, http://localhost:5173',
      TLS_CERT: 'cert.pem',
      TLS_KEY: 'key.pem',
    };
    expect(faultOf({ ...given, ENVIRONMENT: 'production' })).toBe('');
    expect(faultOf({ CORS_ORIGINS: '*', RATE_LIMIT_PER_MINUTE: '0' })).toBe('');
  });
});
