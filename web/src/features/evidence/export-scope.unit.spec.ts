import { exportOf, exportPath, size } from './export-scope';

describe('what is exported', () => {
  it('is asked for where it is', () => {
    expect(exportPath({ of: 'agent', id: 'shop' })).toBe('agents/shop/export');
    expect(exportPath({ of: 'run', id: '01a2' })).toBe('runs/01a2/export');
    expect(exportPath({ of: 'all', from: '', to: '', principal: '', kind: '' })).toBe('evidence/export');
    expect(exportPath({ of: 'all', from: '2026-01-02T00:00:00Z', principal: 'a b', kind: 'flags' })).toBe(
      'evidence/export?from=2026-01-02T00%3A00%3A00.000Z&principal=a+b&kind=flags',
    );
  });

  it('goes with what was verified', () => {
    expect(exportOf({ agents: ['shop'] })).toEqual({ of: 'agent', id: 'shop' });
    expect(exportOf({ kind: 'flags' })).toEqual({ of: 'all', kind: 'flags' });
    expect([exportOf({ all: true }), exportOf({ agents: ['a', 'b'] })]).toEqual([{ of: 'all' }, { of: 'all' }]);
  });

  it('has a size that people can read', () => {
    expect([0, 999, 1_000, 4_230, 31_000_000, 2_500_000_000].map(size)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '4.2 kB',
      '31 MB',
      '2.5 GB',
    ]);
  });
});
