import { silent } from '../../projections/_util/fixtures';
import type { LogLine } from './run-logs';
import { StepLog } from './step-log';

const away = (): Error => new Error('Connection terminated');
const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

/** Takes lines as `RunLogs.append` does: each batch once. */
class Kept {
  readonly lines: LogLine[] = [];
  readonly batches: number[] = [];
  readonly ids: string[] = [];
  most = Infinity;
  atOnce = 0;
  failures = 0;
  error: () => Error = away;
  tries = 0;
  /** What each append waits for. */
  gate: Promise<void> = Promise.resolve();

  append = async (lines: LogLine[], batch: string): Promise<boolean> => {
    this.atOnce += 1;
    expect(this.atOnce).toBe(1);
    this.ids.push(batch);
    await this.gate;
    this.atOnce -= 1;
    this.tries += 1;
    if (this.failures > 0) {
      this.failures -= 1;
      throw this.error();
    }
    this.lines.push(...lines.slice(0, this.most - this.lines.length));
    this.batches.push(lines.length);
    return this.lines.length < this.most;
  };
}

function gate(): { shut: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const shut = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { shut, open };
}

describe('StepLog', () => {
  const logOf = (kept: Kept, patienceMs?: number): StepLog =>
    new StepLog('roll[2].go', 3, kept.append, silent, patienceMs);

  it('keeps lines of both streams in order, and the last ones without a line break', async () => {
    const kept = new Kept();
    const log = logOf(kept);
    await log.write('stdout', 'on');
    await log.write('stderr', 'warn\nta');
    await log.write('stdout', 'e\ntwo\nhal');
    await log.close();
    expect(kept.lines.map(({ stream, text }) => `${stream} ${text}`)).toEqual([
      'stderr warn',
      'stdout one',
      'stdout two',
      'stdout hal',
      'stderr ta',
    ]);
    expect(kept.lines[0]).toMatchObject({ path: 'roll[2].go', attempt: 3 });
    await log.write('stdout', 'too late\n');
    await log.close();
    expect(kept.lines).toHaveLength(5);
  });

  it('appends without being closed, by itself', async () => {
    const kept = new Kept();
    const log = logOf(kept);
    await log.write('info', 'hello\n');
    while (kept.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(texts(kept.lines)).toEqual(['hello']);
    await log.write('info', 'again\n');
    while (kept.lines.length === 1) await new Promise((resolve) => setTimeout(resolve, 10));
    await log.close();
    expect(texts(kept.lines)).toEqual(['hello', 'again']);
  });

  it('takes few batches, one after the other', async () => {
    const kept = new Kept();
    const log = logOf(kept);
    for (let i = 0; i < 1_000; i += 1) await log.write('stdout', `${i}\n`);
    await log.close();
    expect(texts(kept.lines)).toEqual(Array.from({ length: 1_000 }, (_, i) => `${i}`));
    expect(Math.max(...kept.batches)).toBe(200);
    expect(kept.batches.length).toBeLessThan(20);
  });

  it('holds up who writes while too much waits', async () => {
    const kept = new Kept();
    const { shut, open } = gate();
    kept.gate = shut;
    const log = logOf(kept);
    const line = `${'x'.repeat(4_095)}\n`;
    let written = 0;
    const writing = (async () => {
      for (; written < 200; written += 1) await log.write('stdout', line);
    })();
    while (kept.ids.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(written).toBeLessThanOrEqual(66);
    open();
    await writing;
    await log.close();
    expect(kept.lines).toHaveLength(200);
  });

  it('tries the same batch again while the store is away', async () => {
    const kept = new Kept();
    kept.failures = 3;
    const log = logOf(kept);
    await log.write('stdout', 'one\n');
    await log.close();
    expect(texts(kept.lines)).toEqual(['one']);
    expect(kept.ids).toHaveLength(4);
    expect(new Set(kept.ids).size).toBe(1);
  });

  it('drops what it can not keep in time, counts it, and says so', async () => {
    const kept = new Kept();
    kept.failures = Infinity;
    const log = logOf(kept, 150);
    await log.write('stdout', 'one\n'.repeat(450));
    while (kept.ids.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    // One batch was waited for with patience; once that was spent, each of the others had one try.
    kept.failures = 0;
    while (kept.tries < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    await log.write('stdout', 'after\n');
    await log.close();
    expect(kept.lines.at(-1)?.text).toBe('after');
    const marker = kept.lines.find(({ stream }) => stream === 'info');
    const dropped = Number(/^(\d+) lines were not kept/.exec(marker?.text ?? '')?.[1]);
    expect(dropped + kept.lines.length).toBe(450 + 1 + 1);
    expect(dropped).toBeGreaterThanOrEqual(200);
  });

  it('says so at its close where nothing comes after, and gives up where that fails too', async () => {
    const kept = new Kept();
    kept.failures = 2;
    const log = logOf(kept, 0);
    await log.write('stdout', 'one\ntwo\n');
    await log.close();
    expect(kept.lines).toEqual([]);
    const other = new Kept();
    other.failures = 1;
    other.error = () => Object.assign(new Error('no such column'), { code: '42703' });
    const second = logOf(other);
    await second.write('stdout', 'one\ntwo\n');
    await second.close();
    expect(texts(other.lines)).toEqual(['2 lines were not kept: they could not be stored in time']);
  });

  it('lets go of what a full log would not take', async () => {
    const kept = new Kept();
    kept.most = 100;
    const log = logOf(kept);
    for (let i = 0; i < 50; i += 1) await log.write('stdout', 'line\n'.repeat(1_000));
    await log.close();
    expect(kept.lines).toHaveLength(100);
    expect(kept.ids).toHaveLength(1);
  });
});
