import { filterOf } from './run-filter';

describe('which runs the address asks for', () => {
  it('is read from it, and what it gets wrong is left out', () => {
    const params = new URLSearchParams('status=failed&runbook=talk&target=&agent=%20web%20&started_by=ann&x=1');
    expect(filterOf(params)).toEqual({ status: 'failed', runbook: 'talk', agent: 'web', started_by: 'ann' });
    expect(filterOf(new URLSearchParams('status=nonsense&attention=true'))).toEqual({ attention: true });
  });
});
