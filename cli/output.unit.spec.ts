import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { localTime, Output } from './output';

async function printed(
  work: (out: Output) => void,
  options: { json?: boolean; colour?: boolean } = {},
): Promise<string> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const { json = false, colour = false } = options;
  work(new Output(json, colour, stdout as unknown as NodeJS.WriteStream, stderr as unknown as NodeJS.WriteStream));
  stdout.end();
  return text(stdout);
}

const rows = [
  { id: 'web', status: 'running' },
  { id: 'a-long-name', status: 'stopped' },
];
const columns = { id: (row: { id: string }) => row.id, status: (row: { status: string }) => row.status };

describe('output', () => {
  it('lines columns up', async () => {
    const shown = await printed((out) => out.table(rows, rows, columns));
    expect(shown).toBe('ID           STATUS\nweb          running\na-long-name  stopped\n');
  });

  it('is the answer as it came for programs, without a colour', async () => {
    const answer = { agents: rows, next: null };
    const shown = await printed((out) => out.table(answer, rows, columns), { json: true, colour: true });
    expect(JSON.parse(shown)).toEqual(answer);
  });

  it('says by colour how something stands, where colours are wanted', async () => {
    expect(await printed((out) => out.table(rows, rows, columns), { colour: true })).toContain('\u001b[32mrunning');
  });

  it('does not let a name steer the terminal', async () => {
    const evil = [{ id: 'x\u001b[2J\u0007\nroot', status: 'running' }];
    const shown = await printed((out) => out.table(evil, evil, columns));
    expect(shown).toContain('x [2J  root');
    expect(shown.split('\n')).toHaveLength(3);
  });

  it('shows times in the zone of the reader', () => {
    const iso = '2026-03-01T12:00:00.000Z';
    expect(new Date(localTime(iso)).toISOString()).toBe(iso);
    expect(localTime(null)).toBe('-');
  });
});
