import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distDir, projectRoot } from '../../infra/paths';

interface Ended {
  status: number | null;
  output: string;
}

function run(args: string[], env: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: { ...process.env, ...env } });
  return { status, output: `${stdout.toString()}${stderr.toString()}` };
}

describe('the check of the content security policy', () => {
  let project: string;
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'ymera-csp-'));
    mkdirSync(join(project, 'dist'));
    mkdirSync(join(project, 'web/dist/sub'), { recursive: true });
    writeFileSync(join(project, 'package-lock.json'), '{}');
    symlinkSync(join(projectRoot, 'node_modules'), join(project, 'node_modules'));
    cpSync(join(distDir, 'validate-csp.js'), join(project, 'dist/validate-csp.js'));
  });
  afterAll(() => rmSync(project, { recursive: true }));

  const check = (page: string): Ended => {
    writeFileSync(join(project, 'web/dist/sub/index.html'), `<!doctype html>\n<body>\n${page}\n</body>`);
    return run([join(project, 'dist/validate-csp.js')]);
  };

  it.each([
    ['<script>run()</script>', 'web/dist/sub/index.html:3:1  script-src: an inline script'],
    ['<b onclick="run()">x</b>', 'web/dist/sub/index.html:3:4  script-src: an inline handler, onclick'],
    ['<style>b{}</style>', 'web/dist/sub/index.html:3:1  style-src: an inline style sheet'],
    ['<b style="color:red">x</b>', 'web/dist/sub/index.html:3:4  style-src: a style attribute'],
  ])('ends with 1 for %s, and says where and how to mend it', (page, message) => {
    const { status, output } = check(page);
    expect([status, output.includes(message)]).toEqual([1, true]);
    expect(output).toMatch(/\n {4}(move|use|give) /);
  });

  it('ends with 1 for a policy of the API that is unsafe', () => {
    const script = join(project, 'dist/validate-csp.js');
    const sound = run(['-p', 'fs.readFileSync(process.argv[1], "utf8")', script]).output;
    writeFileSync(
      join(project, 'dist/unsafe.js'),
      sound.replace(`styleSrc: ["'self'"]`, `styleSrc: ["'unsafe-inline'"]`),
    );
    const { status, output } = run([join(project, 'dist/unsafe.js')]);
    expect(status).toBe(1);
    expect(output).toMatch(/security-headers\.ts\):1:\d+ {2}style-src: 'unsafe-inline' lets injected code/);
  });

  it('ends with 0 for what is sound', () => {
    expect(check('<script src="/app.js"></script>')).toMatchObject({ status: 0 });
  });

  it('is part of a build for production alone', () => {
    const build = (env: NodeJS.ProcessEnv): Ended => run([join(projectRoot, 'stack/setup.mjs'), 'build'], env);
    expect(build({ ENVIRONMENT: 'production' })).toMatchObject({ status: 0 });
    const faulty = join(distDir, 'faulty-page-of-a-test.html');
    writeFileSync(faulty, '<script>run()</script>');
    try {
      expect(build({ ENVIRONMENT: 'production' })).toMatchObject({ status: 1 });
      expect(build({ ENVIRONMENT: '', NODE_ENV: 'production' }).output).toContain(
        'dist/faulty-page-of-a-test.html:1:1',
      );
      expect(build({ ENVIRONMENT: 'development', NODE_ENV: '' })).toMatchObject({ status: 0 });
    } finally {
      rmSync(faulty);
    }
  }, 60_000);
});
