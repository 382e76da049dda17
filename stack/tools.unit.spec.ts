import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool } from './tools';

describe('looking for a tool', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ymera-tools-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (name: string, says: string): string => {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho '${says}' >&2\n`);
    chmodSync(file, 0o755);
    return file;
  };

  it('takes the first along PATH that is new enough, whichever stream it tells its version on', () => {
    const file = program('podman', 'podman version 4.9.1');
    expect(findTool('podman', { PATH: folder })).toEqual({ file, version: '4.9' });
  });
  it('takes another name where the preferred one is not there, or too old', () => {
    program('tofu', 'OpenTofu v1.2.0');
    const file = program('terraform', 'Terraform v1.9.0');
    expect(findTool('tofu', { PATH: folder }, [])).toEqual({ file, version: '1.9' });
    expect(findTool('tofu', { PATH: '' }, [folder])).toEqual({ file, version: '1.9' });
    expect(findTool('git', { PATH: folder }, [])).toEqual({ problem: 'there is no git' });
  });
  it('is bound by its variable', () => {
    program('git', 'git version 2.40.0');
    const gone = join(folder, 'gone');
    expect(findTool('git', { PATH: folder, GIT: gone })).toEqual({ problem: `GIT=${gone} is no program` });
    const old = program('old-git', 'git version 1.9.0');
    expect(findTool('git', { PATH: folder, GIT: old })).toEqual({
      problem: `${old} has version 1.9, 2.30 or newer is needed`,
    });
  });
});
