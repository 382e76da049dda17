import { readInput, textOf, type Declared } from './input-values';

const declared: Declared = {
  url: { type: 'string' },
  argv: { type: 'array', items: 'string', default: ['systemctl', 'restart'] },
  services: { type: 'array', items: 'object', required: false },
  attempts: { type: 'integer', default: 3 },
  force: { type: 'boolean', required: false },
  key: { type: 'secret', required: false },
};

describe('the input of a run, out of a form', () => {
  it('is what the fields say, with defaults, and without what is empty', () => {
    expect(
      readInput(declared, { url: 'http://a/', attempts: '5', services: '[{"url": 1}]', key: 'secret://k' }),
    ).toEqual({
      input: {
        url: 'http://a/',
        argv: ['systemctl', 'restart'],
        services: [{ url: 1 }],
        attempts: 5,
        key: 'secret://k',
      },
      faults: {},
    });
    expect(textOf(declared['argv'] as Declared[string])).toBe('systemctl\nrestart');
  });

  it('says what is missing or of another type', () => {
    const { faults } = readInput(declared, { attempts: '1.5', force: 'perhaps', services: '{}' });
    expect(faults).toEqual({
      url: 'is required',
      attempts: 'is not a whole number',
      force: 'is not true or false',
      services: 'is not a list, as JSON',
    });
  });
});
