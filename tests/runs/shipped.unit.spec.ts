import { join } from 'node:path';
import { shippedRunbooks } from '../../api/shipped-runbooks';
import { shippedRunbook } from '../../actors/devops/config';
import { projectRoot } from '../../infra/paths';

it('ships runbooks that are valid, the one that agents begin by themselves among them', () => {
  const names = shippedRunbooks(join(projectRoot, 'runbooks')).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([shippedRunbook, 'restart-service', 'rolling-restart']));
  expect(names).toHaveLength(10);
});
