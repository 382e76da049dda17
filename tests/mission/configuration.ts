import { until } from '../_util/api-client';
import type { Lab, Category } from './lab';

export const configuration: Category = (lab) => {
  const post = (id: string, config: object, headers: Record<string, string> = {}) =>
    lab().api.call('POST', `agents/${id}/config`, config, headers);
  const get = (id: string) => lab().api.call('GET', `agents/${id}/config`);
  const version = async (id: string): Promise<number> =>
    (await lab().api.call('GET', `agents/${id}`)).body.configVersion as number;
  const agent = (): Promise<string> => lab().flags('config');

  it('has a JSON Schema with limits, defaults and descriptions', async () => {
    const { status, body } = await lab().api.call('GET', `agents/${await agent()}/schema`);
    expect(status).toBe(200);
    expect((body.schema ?? body).properties.checkpoint_interval).toMatchObject({
      type: 'integer',
      minimum: 10,
      maximum: 3600,
      default: 60,
      description: expect.any(String) as string,
    });
  });

  it('is kept as a new version when it is valid', async () => {
    const id = await agent();
    expect((await post(id, { max_flags: 7 })).status).toBe(200);
    expect([await version(id), (await get(id)).body.max_flags]).toEqual([2, 7]);
  });

  it.each([
    [{ checkpoint_interval: 9 }, '/checkpoint_interval'],
    [{ checkpoint_interval: 3601 }, '/checkpoint_interval'],
    [{ checkpoint_interval: 'often' }, '/checkpoint_interval'],
    [{ log_level: 'loud' }, '/log_level'],
    [{ unheard_of: true }, '/unheard_of'],
  ])('is refused where it is %j, and nothing changes', async (config, pointer) => {
    const id = await agent();
    const { status, body } = await post(id, config);
    expect([status, body.code]).toEqual([422, 'invalid_config']);
    expect(body.errors.map((fault: { pointer: string }) => fault.pointer)).toContain(pointer);
    expect(await version(id)).toBe(1);
  });

  it('is told to the agent, which goes by it at once', async () => {
    const id = await agent();
    await lab().set(id, 'a', 1);
    await post(id, { max_flags: 1 });
    const refused = await lab().api.setFlag(id, 'b', 1);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect((await lab().api.events(id)).at(-1)?.type).toBe('ymera.flags.ConfigChanged');
  });

  it('changes only what was seen, where the caller says what that was', async () => {
    const id = await agent();
    const etag = (await get(id)).headers.get('etag') as string;
    expect((await post(id, { max_flags: 5 }, { 'if-match': etag })).status).toBe(200);
    expect((await post(id, { max_flags: 6 }, { 'if-match': etag })).status).toBe(412);
    expect((await get(id)).body.max_flags).toBe(5);
  });

  it('has every version with who, when and what changed', async () => {
    const id = await agent();
    await post(id, { max_flags: 5 });
    const { body } = await lab().api.call('GET', `agents/${id}/config/versions`);
    expect(body.versions).toHaveLength(2);
    expect(JSON.stringify(body.versions)).toContain('admin');
    expect(JSON.stringify(body.versions)).toContain('max_flags');
  });

  it('goes back to an earlier version as a new one', async () => {
    const id = await agent();
    await post(id, { max_flags: 5 });
    expect((await lab().api.call('POST', `agents/${id}/config/rollback`, { version: 1 })).status).toBe(200);
    expect([await version(id), (await get(id)).body.max_flags]).toEqual([3, 500]);
  });

  it('changes without a pause: each command sent meanwhile is done', async () => {
    const id = await agent();
    const [commands, changes] = await Promise.all([burst(lab(), id, 30), changesOf(id, 5)]);
    expect([...new Set(commands)]).toEqual([200]);
    expect([...new Set(changes)]).toEqual([200]);
  });

  it('is there again after the worker was killed', async () => {
    const id = await agent();
    await post(id, { max_flags: 9 });
    lab().stack.kill('worker');
    await lab().stack.waitRestarted('worker');
    await until(async () => (await get(id)).status === 200, 'the config');
    expect([await version(id), (await get(id)).body.max_flags]).toEqual([2, 9]);
  });

  async function changesOf(id: string, times: number): Promise<number[]> {
    const seen: number[] = [];
    for (let i = 1; i <= times; i += 1) seen.push((await post(id, { max_flags: 50 + i })).status);
    return seen;
  }
};

async function burst({ api }: Lab, id: string, times: number): Promise<number[]> {
  return Promise.all(Array.from({ length: times }, async (_, i) => (await api.setFlag(id, `f${i}`, i)).status));
}
