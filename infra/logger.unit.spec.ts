import { aboutWork } from './log-context';
import { createLogger, type Logger } from './logger';

describe('a logger', () => {
  let lines: string[];
  let logger: Logger;
  beforeEach(() => {
    lines = [];
    logger = createLogger('worker', 'info', { write: (line) => void lines.push(line) });
  });
  const entry = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;

  it('says in each line what the work is about, also after waiting', async () => {
    await aboutWork({ traceId: 't', agentId: 'a' }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await aboutWork({ commandId: 'c' }, async () => logger.info({ agentId: 'another' }, 'done'));
    });
    expect(entry()).toMatchObject({ level: 'info', role: 'worker', traceId: 't', commandId: 'c', agentId: 'another' });
    logger.info('elsewhere');
    expect(entry()).not.toHaveProperty('traceId');
  });

  it.each([
    { password: 's3cret' },
    { request: { authorization: 'Bearer s3cret' } },
    { request: { headers: { authorization: 'Bearer s3cret', cookie: 's3cret', 'x-api-key': 's3cret' } } },
    { headers: { 'set-cookie': ['s3cret'] } },
    { body: { refresh_token: 's3cret', apiKey: 's3cret' } },
  ])('keeps secrets out: %j', (fields) => {
    logger.info(fields, 'said');
    expect(lines.join('')).not.toContain('s3cret');
    expect(lines.join('')).toContain('[redacted]');
  });

  it('keeps credentials out of the addresses that errors tell of', () => {
    const cause = new Error('connect to nats://ymera:s3cret@127.0.0.1:4222 failed');
    logger.warn({ err: new Error('postgres://ymera:s3cret@db/ymera is away', { cause }) }, 'away');
    expect(lines.join('')).not.toContain('s3cret');
    expect(lines.join('')).toContain('postgres://[redacted]@db/ymera');
  });

  it('has child loggers with a level of their own', () => {
    logger.child({}, { level: 'debug' }).debug('heard');
    logger.debug('not heard');
    expect(lines).toHaveLength(1);
  });
});
