import type { IncomingMessage } from 'node:http';
import { Clients } from './client';

function seen(trusted: string, peer: string | undefined, headers: Record<string, string> = {}, encrypted = false) {
  const request = { socket: { remoteAddress: peer, encrypted }, headers: { host: 'inner:8000', ...headers } };
  return new Clients(trusted).of(request as unknown as IncomingMessage);
}
const address = (trusted: string, peer: string, forwarded: string): string =>
  seen(trusted, peer, { 'x-forwarded-for': forwarded }).address;

describe('the address of a client', () => {
  it('is the socket’s where no proxy is trusted, whatever the headers say', () => {
    const { address: found, origin } = seen('', '203.0.113.9', {
      'x-forwarded-for': '1.1.1.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
    });
    expect([found, origin]).toEqual(['203.0.113.9', 'http://inner:8000']);
  });

  it.each([
    ['10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['10.0.0.1', '1.1.1.1, 198.51.100.7', '198.51.100.7'],
    ['10.0.0.1', '1.1.1.1, 198.51.100.7, 10.9.9.9', '198.51.100.7'],
    ['::ffff:10.0.0.1', '198.51.100.7:51234', '198.51.100.7'],
    ['10.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
    ['10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['203.0.113.9', '10.0.0.5', '203.0.113.9'],
    ['10.0.0.1', '1.1.1.1, nonsense', '10.0.0.1'],
    ['10.0.0.1', '1.1.1.1, 0x7f.1', '10.0.0.1'],
  ])('from %s with %j is %s', (peer, forwarded, found) => {
    expect(address('10.0.0.0/8, 2001:db8:f::1', peer, forwarded)).toBe(found);
  });

  it('comes with the scheme and host that a trusted proxy was called by', () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ops.example.com' };
    expect(seen('10.0.0.1', '10.0.0.1', headers).origin).toBe('https://ops.example.com');
    expect(seen('10.0.0.1', '10.0.0.1', {}, true).origin).toBe('https://inner:8000');
  });

  it('is counted by the /64 where it is IPv6', () => {
    const subscriber = (peer: string) => seen('', peer).subscriber;
    expect(subscriber('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(subscriber('2001:db8:1:2::1')).toBe(subscriber('2001:db8:1:2:ffff::9'));
    expect(subscriber('2001:db8:1:3::1')).not.toBe(subscriber('2001:db8:1:2::1'));
    expect(subscriber('::ffff:203.0.113.9')).toBe('203.0.113.9');
  });

  it('is a word where the connection is gone', () => {
    expect(seen('', undefined)).toMatchObject({ address: 'unknown', subscriber: 'unknown' });
  });
});
