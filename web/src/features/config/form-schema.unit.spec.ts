import type { RJSFSchema } from '@rjsf/utils';
import { checkedConfig } from '../../../../actors/core/validate';
import { kinds } from '../../../../actors/registry';
import { devops } from '../../../../actors/devops/devops';
import { checkForm } from './check-form';
import { withDefaults } from './form-defaults';
import { formSchema } from './form-schema';

/** As it comes over the wire. */
const devopsSchema = JSON.parse(JSON.stringify(devops.config)) as RJSFSchema;
const target = { name: 'web', probe: { type: 'http', url: 'http://127.0.0.1:1/' } };
const config = checkedConfig(devops, { targets: [target] }) as Record<string, unknown>;

describe('a schema as the form shows it', () => {
  it('has titles made of names, and choices told apart by a property', () => {
    const { schema, uiSchema } = formSchema(devopsSchema);
    const item = (schema.properties?.['targets'] as RJSFSchema).items as RJSFSchema;
    expect(item.properties?.['failing_after']).toMatchObject({ title: 'Failing after' });
    expect(item.properties?.['probe']).toMatchObject({ discriminator: { propertyName: 'type' } });
    expect(uiSchema['targets']).toMatchObject({ items: { remediation: { input: { 'ui:field': 'Json' } } } });
  });

  it('accepts just what the schema of the kind accepts', () => {
    const { schema } = formSchema(devopsSchema);
    expect(checkForm(schema, config)).toEqual([]);
    expect(checkForm(devopsSchema, config)).toEqual([]);
  });

  it('fills in the defaults that the API fills in, and nothing else', () => {
    const given = { commands: { restart: { argv: ['true'] } }, targets: [target] };
    expect(withDefaults(devopsSchema, given)).toEqual(checkedConfig(devops, given));
  });

  it('can be made of every kind', () => {
    for (const kind of kinds) expect(() => formSchema(JSON.parse(JSON.stringify(kind.config)) as object)).not.toThrow();
  });
});

describe('what a form has against a value', () => {
  it('stands at the places, with what would be right', () => {
    const bad = {
      ...config,
      checkpoint_interval: 5,
      targets: [{ ...target, name: 'No Name', probe: { type: 'tcp', host: '' } }],
      x: 1,
    };
    const faults = checkForm(devopsSchema, bad);
    expect(faults).toEqual(
      expect.arrayContaining([
        { pointer: '/checkpoint_interval', message: 'It must be 10 or more.' },
        { pointer: '/targets/0/probe/port', message: 'It is needed.' },
        { pointer: '/targets/0/probe/host', message: 'It must not be empty.' },
        { pointer: '/x', message: 'There is no such setting.' },
      ]),
    );
    expect(faults.filter(({ pointer }) => pointer === '/targets/0/name')).toHaveLength(1);
  });

  it('is the type of a value that is none', () => {
    expect(checkForm(devopsSchema, { ...config, checkpoint_interval: 'x' })).toEqual([
      { pointer: '/checkpoint_interval', message: 'It must be of the type integer.' },
    ]);
  });
});
