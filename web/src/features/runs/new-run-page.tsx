import { useMutation, useQuery } from '@tanstack/react-query';
import { FlaskConical, Play } from 'lucide-react';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { RunPlan } from '../../../../actors/run/plan';
import { api, unwrap } from '../../api/client';
import { idempotencyKey } from '../../api/idempotency-key';
import { asProblem } from '../../api/problem';
import { Button } from '../../ui/button';
import { Field, Input, Select } from '../../ui/field';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded, Problem } from '../../ui/states';
import { runbookQuery, runbooksQuery, type Runbook } from '../runbooks/runbook-queries';
import { DryRun } from './dry-run';
import { InputForm } from './input-form';
import { readInput, type Texts } from './input-values';

/** Begins a run: which runbook, with what, why; first as a dry-run. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const name = params.get('runbook') ?? '';
  const version = Number(params.get('version')) || null;
  const runbooks = useQuery(runbooksQuery);
  const runbook = useQuery(runbookQuery(name, version));
  return (
    <Page title="Start a run" trail={[['Runs', '/runs']]}>
      <div className="max-w-sm">
        <Field label="Runbook" hint={runbook.data?.description || undefined}>
          {(wiring) => (
            <Select
              {...wiring}
              value={name}
              onChange={({ target }) => setParams(target.value === '' ? {} : { runbook: target.value })}
            >
              <option value="">Choose one …</option>
              {runbooks.data?.map((each) => (
                <option key={each.name}>{each.name}</option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {runbooks.error !== null && <Problem error={runbooks.error} />}
      {name !== '' && (
        <Loaded query={runbook}>{(found) => <Order key={`${found.name} ${found.version}`} runbook={found} />}</Loaded>
      )}
    </Page>
  );
}

function Order({ runbook }: { runbook: Runbook }) {
  const navigate = useNavigate();
  const declared = runbook.document.input ?? {};
  const [texts, setTexts] = useState<Texts>({});
  const [reason, setReason] = useState('');
  const [key, setKey] = useState(idempotencyKey);
  const [tried, setTried] = useState(false);
  const { input, faults } = readInput(declared, texts);
  const order = { runbook: runbook.name, version: runbook.version, input, ...(reason === '' ? {} : { reason }) };

  const plan = useMutation({
    mutationFn: async () => {
      const body = { ...order, dry_run: true };
      return (await unwrap(api.POST('/api/v1/runs', { body }))) as unknown as RunPlan;
    },
  });
  const start = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/runs', { body: order, params: { header: { 'idempotency-key': key } } })),
    onSuccess: (run) => void navigate(`/runs/${(run as { id: string }).id}`),
  });
  const ask = (act: () => void): void => {
    setTried(true);
    if (Object.keys(faults).length === 0) act();
  };
  const change = (name: string, text: string): void => {
    setTexts({ ...texts, [name]: text });
    // Another order, so another key; and the plan was not of this one.
    setKey(idempotencyKey());
    plan.reset();
    start.reset();
  };
  const refused = start.error ?? plan.error;
  const places = refused === null ? [] : asProblem(refused).errors;
  const refusals = Object.fromEntries(places.map(({ pointer, message }) => [pointer.split('/')[1] ?? '', message]));
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
      <Panel title={`${runbook.name}@${runbook.version}`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            ask(() => plan.mutate());
          }}
          className="flex flex-col gap-4"
        >
          <InputForm
            declared={declared}
            texts={texts}
            faults={{ ...refusals, ...(tried ? faults : {}) }}
            onChange={change}
          />
          <Field label="Reason" hint="Why; kept on record.">
            {(wiring) => (
              <Input {...wiring} value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} />
            )}
          </Field>
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look={plan.data ? 'plain' : 'primary'} busy={plan.isPending}>
              <FlaskConical aria-hidden className="size-4" /> Dry-run
            </Button>
            <Button
              look={plan.data ? 'primary' : 'plain'}
              busy={start.isPending}
              onClick={() => ask(() => start.mutate())}
            >
              <Play aria-hidden className="size-4" /> Start
            </Button>
          </div>
          {refused !== null && <Problem error={refused} />}
        </form>
      </Panel>
      <Panel title="What it would do">
        {plan.data ? (
          <DryRun plan={plan.data} />
        ) : (
          <Empty title="Nothing is done by a dry-run">
            It shows each step as it would be done with this input, as far as that can be known.
          </Empty>
        )}
      </Panel>
    </div>
  );
}
