import { pageOf } from './page-of';

describe('the page of a path', () => {
  it.each([
    ['/', '/'],
    ['', '/'],
    ['/agents', '/agents'],
    ['/agents/', '/agents'],
    ['/agents/shop', '/agents/:id'],
    ['/agents/:id', '/agents/:id'],
    ['/agents/new', '/agents/new'],
    ['/agents/shop/config', '/agents/:id/config'],
    ['/runs/greet-1/steps/ask', '/runs/:id/steps/:id'],
    ['/users/ann', '/users/:id'],
    ['/dashboards/performance', '/dashboards/performance'],
    ['/somewhere/01a20f89-859d-7181-ac24-b1ff7d2428ff', '/somewhere/:id'],
    ['/somewhere/ann%40example.com', '/somewhere/:id'],
    ['/a/b/c/d/e/f/g/h', '/a/b/c/d/e/f'],
    [`/${'x'.repeat(200)}`, '/:id'],
  ])('of %s is %s', (path, page) => expect(pageOf(path)).toBe(page));
});
