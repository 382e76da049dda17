import { TemplateTree } from './template-tree';

/** A small generator that is the same in every test run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}
const vocabulary = [
  'ERROR',
  'INFO',
  'user',
  'job',
  'lost',
  'found',
  'of',
  'the',
  'disk',
  'full',
  'a1',
  '42',
  'x=7',
  'host',
];
const someLine = (roll: (sides: number) => number): string =>
  Array.from({ length: 1 + roll(8) }, () => vocabulary[roll(vocabulary.length)]).join(' ');

describe('a tree of templates', () => {
  it('takes words with digits for what differs, and grades for what tells lines apart', () => {
    const tree = new TemplateTree();
    const { template } = tree.add('INFO payment done for order 7');
    expect(template.words).toEqual(['INFO', 'payment', 'done', 'for', 'order', '<*>']);
    expect(tree.add('INFO payment done for order 8')).toMatchObject({ isNew: false, template: { id: template.id } });
    expect(tree.add('ERROR payment failed for order 8').isNew).toBe(true);
    const { template: named } = tree.add('INFO user alice logged in');
    expect(tree.add('INFO user bob logged in').template).toBe(named);
    expect(named.words).toEqual(['INFO', 'user', '<*>', 'logged', 'in']);
  });

  it('knows each line that it has seen, keeps within its bound, and is the same for the same lines', () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const roll = dice(seed);
      const [tree, twin] = [new TemplateTree(50), new TemplateTree(50)];
      for (let n = 0; n < 300; n += 1) {
        const line = someLine(roll);
        const first = tree.add(line);
        expect(twin.add(line)).toEqual(first);
        expect(tree.size).toBeLessThanOrEqual(50);
        const again = tree.add(line);
        expect([again.isNew, again.template.id]).toEqual([false, first.template.id]);
        twin.add(line);
        const { words, fixedAtFirst } = again.template;
        const given = line.split(' ');
        expect(words.every((word, at) => word === '<*>' || word === given[at])).toBe(true);
        expect(words.filter((word) => word !== '<*>').length).toBeGreaterThanOrEqual(fixedAtFirst / 2);
      }
    }
  });

  it('is not led astray by lines that begin with names', () => {
    const tree = new TemplateTree();
    const letters = (n: number): string => String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26), 97);
    for (let n = 0; n < 600; n += 1) tree.add(`${letters(n)} has logged in from home`);
    expect(tree.size).toBeLessThanOrEqual(101);
    expect(tree.add('zzz has logged in from home').isNew).toBe(false);
  });
});
