import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { inclusionPath, leafHash, merkleRoot, rootOfPath } from './merkle';

/** The vectors of the reference implementation of RFC 6962 (google/certificate-transparency, `merkle_tree_test.cc`). */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const paths: [leaf: number, size: number, path: string[]][] = [
  [0, 1, []],
  [
    1,
    8,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
];
const leaves = inputs.map((hex) => leafHash(hexToBytes(hex)));
const root = (size: number): string => roots[size] as string;

describe('a Merkle tree', () => {
  it.each(roots.map((expected, size) => [size, expected]))(
    'of %d leaves has the root of RFC 6962',
    (size, expected) => {
      expect(merkleRoot(leaves.slice(0, Number(size)))).toBe(expected);
    },
  );

  it.each(paths)('gives leaf %d of %d the path of RFC 6962', (leaf, size, path) => {
    expect(inclusionPath(leaves.slice(0, size), leaf)).toEqual(path);
  });

  it('leads from each leaf of each size to the root, and from no other leaf', () => {
    for (let size = 1; size <= leaves.length; size += 1) {
      for (let leaf = 0; leaf < size; leaf += 1) {
        const path = inclusionPath(leaves.slice(0, size), leaf);
        for (let other = 0; other < size; other += 1) {
          const reached = rootOfPath(leaves[other] as Uint8Array, leaf, size, path);
          expect([size, leaf, other, reached === root(size)]).toEqual([size, leaf, other, other === leaf]);
        }
      }
    }
  });

  it.each<[string, number, number, (path: string[]) => string[]]>([
    ['too short', 1, 8, (path) => path.slice(1)],
    ['too long', 1, 8, (path) => [...path, root(1)]],
    ['not of hashes', 1, 8, ([first, ...rest]) => [first?.toUpperCase() ?? '', ...rest]],
    ['for a leaf that is not there', 8, 8, (path) => path],
    ['for a leaf before the first', -1, 8, (path) => path],
    ['for half a leaf', 0.5, 8, (path) => path],
  ])('refuses a path %s', (_, leaf, size, change) => {
    expect(rootOfPath(leaves[1] as Uint8Array, leaf, size, change(inclusionPath(leaves, 1)))).toBeNull();
  });

  it('does not take a node for a leaf', () => {
    const node = hexToBytes([leaves[0], leaves[1]].map((leaf) => bytesToHex(leaf as Uint8Array)).join(''));
    expect(merkleRoot([leafHash(node)])).not.toBe(root(2));
  });

  it('has no leaf beyond its last', () => {
    expect(() => inclusionPath(leaves, leaves.length)).toThrow(RangeError);
  });
});
