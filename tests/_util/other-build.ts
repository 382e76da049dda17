import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distDir, projectRoot } from '../../infra/paths';
import { changedBundle } from './evidence';

/** What another release would put into `dist/`: the same processes, and a kind `flags` that keeps the opposite of what it is told. */
export class OtherBuild {
  private readonly root = mkdtempSync(join(tmpdir(), 'ymera-build-'));
  readonly dist = join(this.root, 'dist');

  private constructor() {
    cpSync(join(projectRoot, 'package-lock.json'), join(this.root, 'package-lock.json'));
    symlinkSync(join(projectRoot, 'node_modules'), join(this.root, 'node_modules'));
    mkdirSync(this.dist);
    for (const file of ['worker.js', 'upgrade.js']) cpSync(join(distDir, file), join(this.dist, file));
  }

  static async make(): Promise<OtherBuild> {
    const build = new OtherBuild();
    const code = await changedBundle('./flags/flags', join(projectRoot, 'tests/_util/changed-flags.ts'));
    writeFileSync(join(build.dist, 'workflow-bundle.js'), code);
    return build;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
