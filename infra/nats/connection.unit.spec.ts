import { connectionOptions } from './connection';

describe('connectionOptions', () => {
  it('takes the credentials out of the URL', () => {
    const options = connectionOptions(['nats://ann:p%40ss@127.0.0.1:4333'], 'x');
    expect(options).toMatchObject({ servers: ['127.0.0.1:4333'], user: 'ann', pass: 'p@ss' });
  });

  it('takes a user without a password for a token', () => {
    expect(connectionOptions(['nats://s3cret@host'], 'x')).toMatchObject({ servers: ['host:4222'], token: 's3cret' });
  });

  it('takes several servers, with a scheme or without', () => {
    const options = connectionOptions(['a:1', 'tls://b:2', 'nats://[::1]:3'], 'x');
    expect(options.servers).toEqual(['a:1', 'b:2', '[::1]:3']);
    expect(options.tls).toEqual({});
    expect(options.user).toBeUndefined();
  });
});
