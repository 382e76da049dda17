import { whenThere } from './when-there';

describe('what may not be there yet', () => {
  const waiting = (more: object = {}) => {
    const told: unknown[] = [];
    const control = new AbortController();
    return {
      control,
      told,
      options: { signal: control.signal, pauseMs: 1, onFailure: (e: unknown) => void told.push(e), ...more },
    };
  };

  it('is tried until it is, and told of once', async () => {
    const { told, options } = waiting();
    let tries = 0;
    const work = async (): Promise<string> => {
      tries += 1;
      if (tries < 4) throw new Error(`try ${tries}`);
      return 'there';
    };
    expect(await whenThere(work, options)).toBe('there');
    expect(told).toEqual([new Error('try 1')]);
  });

  it('is thrown at once where it will not pass', async () => {
    const { told, options } = waiting({ mayPass: () => false });
    await expect(whenThere(() => Promise.reject(new Error('for good')), options)).rejects.toThrow('for good');
    expect(told).toEqual([]);
  });

  it('is given up when it is told to', async () => {
    const { control, options } = waiting();
    const waited = whenThere(async () => {
      control.abort();
      throw new Error('away');
    }, options);
    expect(await waited).toBeNull();
  });
});
