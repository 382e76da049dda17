import { byAgent, headsRoot, isIncluded, proveHead, type Head } from './checkpoint';

const heads: Head[] = ['web', 'Web', 'db', 'run-1', 'straße'].map((agent, i) => ({
  agent,
  sequence: i + 1,
  hash: String(i).repeat(64),
}));
heads.sort(byAgent);
const checkpoint = { number: 7, root: headsRoot(heads), size: heads.length };

describe('a checkpoint', () => {
  it('sorts its heads by code units', () => {
    expect(heads.map(({ agent }) => agent)).toEqual(['Web', 'db', 'run-1', 'straße', 'web']);
  });

  it('proves each of its heads, and nothing else', () => {
    heads.forEach((head, leaf) => {
      const proof = proveHead(7, heads, leaf);
      expect(isIncluded(head, proof, checkpoint)).toBe(true);
      expect(isIncluded({ ...head, sequence: head.sequence + 1 }, proof, checkpoint)).toBe(false);
      expect(isIncluded({ ...head, hash: 'f'.repeat(64) }, proof, checkpoint)).toBe(false);
      expect(isIncluded(head, { ...proof, checkpoint: 8 }, checkpoint)).toBe(false);
      expect(isIncluded(head, { ...proof, size: proof.size - 1 }, checkpoint)).toBe(false);
    });
  });

  it('has another root where a head differs', () => {
    const changed = heads.map((head, i) => (i === 2 ? { ...head, sequence: 99 } : head));
    expect(headsRoot(changed)).not.toBe(checkpoint.root);
  });
});
