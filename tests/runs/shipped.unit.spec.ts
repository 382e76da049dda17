import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedRunbooks } from '../../api/shipped-runbooks';
import { shippedRunbook } from '../../actors/devops/config';
import { actions } from '../../activities/actions/catalogue';
import { projectRoot } from '../../infra/paths';

const names = shippedRunbooks(join(projectRoot, 'runbooks')).map(({ name }) => name);
const docs = readFileSync(join(projectRoot, 'docs', 'runbooks.md'), 'utf8');

it('ships runbooks that are valid, the one that agents begin by themselves among them', () => {
  expect(names).toEqual(expect.arrayContaining([shippedRunbook, 'restart-service', 'rolling-restart']));
  expect(names).toHaveLength(13);
});

it('tells of each of them, and of each action, in docs/runbooks.md', () => {
  const headings = docs.split('\n').flatMap((line) => [...line.matchAll(/\*\*([a-z-]+)\*\*/g)].map(([, name]) => name));
  expect(headings).toEqual(expect.arrayContaining(names));
  const rows = docs
    .split('\n')
    .flatMap((line) => (/^\| `/.exec(line) ? (line.split('|')[1]?.match(/[a-z]+\.[a-z]+/g) ?? []) : []));
  expect(rows.filter((row) => actions.some(({ name }) => name === row)).sort()).toEqual(
    actions.map(({ name }) => name).sort(),
  );
});
