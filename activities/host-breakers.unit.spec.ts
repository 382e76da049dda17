import { setTimeout as delay } from 'node:timers/promises';
import { HostBreakers } from './host-breakers';

describe('breakers of hosts', () => {
  const gone = jest.fn(async (): Promise<string> => {
    throw new Error('gone');
  });
  beforeEach(() => gone.mockClear());

  it('ask a host no more that has failed three times, and no other host less', async () => {
    const breakers = new HostBreakers();
    for (let i = 0; i < 3; i += 1) await expect(breakers.call('http://a:1/x', gone)).rejects.toThrow('gone');
    await expect(breakers.call('http://a:1/y', gone)).rejects.toMatchObject({ code: 'unreachable' });
    expect(gone).toHaveBeenCalledTimes(3);
    await expect(breakers.call('http://a:2/y', gone)).rejects.toThrow('gone');
    expect(await breakers.call('http://b/', async () => 'there')).toBe('there');
  });

  it('ask it again after a while', async () => {
    const breakers = new HostBreakers(20);
    for (let i = 0; i < 4; i += 1) await breakers.call('http://a/', gone).catch(() => undefined);
    await delay(40);
    expect(await breakers.call('http://a/', async () => 'there')).toBe('there');
    expect(await breakers.call('http://a/', async () => 'there')).toBe('there');
  });

  it('leave it to the work what is no URL', async () => {
    expect(await new HostBreakers().call('no url', async () => 'asked')).toBe('asked');
  });
});
