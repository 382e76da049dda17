import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api, unwrap } from '../../api/client';
import { asProblem } from '../../api/problem';
import { Button, ButtonLink } from '../../ui/button';
import { Field, Input, Select } from '../../ui/field';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Loaded, Problem } from '../../ui/states';
import { ConfigEditor } from '../config/config-editor';
import { ConfigTemplates } from '../config/config-templates';
import { kindsQuery, type Kind } from './agent-queries';

export function Component() {
  const kinds = useQuery(kindsQuery);
  return (
    <Page title="New agent" trail={[['Agents', '/agents']]}>
      <Loaded query={kinds} rows={10}>
        {(known) => <NewAgent kinds={known.filter(({ internal }) => !internal)} />}
      </Loaded>
    </Page>
  );
}

/** What an agent is called, and what it is to do by the schema of its kind. */
function NewAgent({ kinds }: { kinds: readonly Kind[] }) {
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [config, setConfig] = useState<unknown>({});
  /** Another one makes the form of the config anew, with what it holds then. */
  const [edition, setEdition] = useState(0);
  const kind = kinds.find((one) => one.name === params.get('kind')) ?? kinds[0];
  const create = useMutation({
    mutationFn: (checked: unknown) => {
      const named = { ...(id === '' ? {} : { id }), ...(name === '' ? {} : { name }) };
      const body = { kind: kind?.name ?? '', ...named, config: checked as Record<string, never> };
      return unwrap(api.POST('/api/v1/agents', { body }));
    },
    onSuccess: (agent) => void navigate(`/agents/${agent.id}`),
  });
  const problem = create.error && asProblem(create.error);
  const faults = problem?.errors ?? [];
  const faultAt = (pointer: string): string | undefined => faults.find((fault) => fault.pointer === pointer)?.message;
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      {problem && <Problem error={problem} />}
      <Panel title="What it is">
        <div className="grid gap-4 md:grid-cols-3">
          <Field label="Kind" hint={kind?.description}>
            {(wiring) => (
              <Select
                {...wiring}
                value={kind?.name}
                onChange={({ target }) => {
                  setConfig({});
                  create.reset();
                  setParams({ kind: target.value }, { replace: true });
                }}
              >
                {kinds.map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.title}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field
            label="Id (optional)"
            hint="Small letters, digits and hyphens. One is made up where it is left out."
            fault={
              id === '' || /^[a-z0-9][a-z0-9-]{0,62}$/.test(id)
                ? faultAt('/id')
                : 'Small letters, digits and hyphens only.'
            }
          >
            {(wiring) => (
              <Input {...wiring} spellCheck={false} value={id} onChange={({ target }) => setId(target.value)} />
            )}
          </Field>
          <Field label="Name (optional)" hint="For people; the id where it is left out." fault={faultAt('/name')}>
            {(wiring) => (
              <Input {...wiring} maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
            )}
          </Field>
        </div>
      </Panel>
      {kind && (
        <ConfigTemplates
          key={kind.name}
          kind={kind.name}
          onApply={(proposal) => {
            setConfig(proposal);
            setEdition(edition + 1);
          }}
        />
      )}
      {kind && (
        <Panel title="Config">
          <ConfigEditor
            key={`${kind.name} ${edition}`}
            schema={kind.config}
            value={config}
            onChange={setConfig}
            onSubmit={(checked) => create.mutate(checked)}
            faults={faults.map(({ pointer, message }) => ({ pointer: pointer.replace(/^\/config/, ''), message }))}
          >
            <div className="flex gap-2 border-t border-line pt-3">
              <Button type="submit" look="primary" busy={create.isPending}>
                Create
              </Button>
              <ButtonLink to="/agents">Back</ButtonLink>
            </div>
          </ConfigEditor>
        </Panel>
      )}
    </div>
  );
}
