import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Profiles } from './profiles';

describe('profiles', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ymera-profiles-'));
  const path = join(dir, 'deep', 'profiles.json');
  const open = (): Profiles => Profiles.open({ YMERA_CONFIG: path });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('keeps them where nobody else can read', () => {
    open().save('work', { url: 'http://127.0.0.1:1', apiKey: 'secret' }, true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(open().current).toBe('work');
    expect(open().find('work')).toEqual({ url: 'http://127.0.0.1:1', apiKey: 'secret' });
  });

  it('forgets how to sign in, not where', () => {
    open().forget('work');
    expect(open().find('work')).toEqual({ url: 'http://127.0.0.1:1' });
    expect(readFileSync(path, 'utf8')).not.toContain('secret');
  });

  it('knows no profile by a name that every object has', () => {
    expect(open().find('constructor')).toBeUndefined();
    expect(() => open().use('toString')).toThrow('there is no profile toString');
  });

  it('says so where the file holds something else', () => {
    writeFileSync(path, '[]');
    expect(open).toThrow('holds no profiles');
  });
});
