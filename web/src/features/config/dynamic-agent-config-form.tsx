import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type ProblemError } from '../../api/problem';
import { useMay } from '../../api/me';
import { eventAgent, eventName } from '../../../../actors/core/event';
import { useLiveEvents } from '../../live/use-live';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Loaded, Problem } from '../../ui/states';
import { ChangesList } from './changes-list';
import { ConfigConflict } from './config-conflict';
import { changesOf } from './config-changes';
import { ConfigEditor } from './config-editor';
import { configQuery, readConfig, saveConfig, schemaQuery, type VersionedConfig } from './config-queries';
import { withDefaults } from './form-defaults';

interface DynamicAgentConfigFormProps {
  agentId: string;
  /** Called with the new version. */
  onSuccess?: (version: number) => void;
  /** Called with what kept it from being saved, which the form shows too. */
  onError?: (problem: ProblemError) => void;
  /** What to begin with in the place of the present config, such as a template; looked at once, so another one needs another `key`. */
  proposal?: object;
}

/** The config of an agent as a form made of its schema: checked here, shown as a diff, saved where nobody else has meanwhile. */
export function DynamicAgentConfigForm({ agentId, ...rest }: DynamicAgentConfigFormProps) {
  const schema = useQuery(schemaQuery(agentId));
  const config = useQuery(configQuery(agentId));
  return (
    <Loaded query={schema} rows={8}>
      {(known) => (
        <Loaded query={config} rows={8}>
          {(present) => <ConfigForm key={agentId} agentId={agentId} schema={known} present={present} {...rest} />}
        </Loaded>
      )}
    </Loaded>
  );
}

interface ConfigFormProps extends DynamicAgentConfigFormProps {
  schema: object;
  present: VersionedConfig;
}

function ConfigForm({ agentId, schema, present, proposal, onSuccess, onError }: ConfigFormProps) {
  const may = useMay();
  const client = useQueryClient();
  const [base, setBase] = useState(present);
  const [value, setValue] = useState<unknown>(() =>
    proposal === undefined ? present.config : withDefaults(schema, proposal),
  );
  /** Another one makes the form anew, with what it holds then. */
  const [edition, setEdition] = useState(0);
  const [review, setReview] = useState<object | null>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [theirs, setTheirs] = useState<VersionedConfig | null>(null);
  const [busy, setBusy] = useState(false);
  const dirty = changesOf(base.config, value).length > 0;

  const restart = (next: VersionedConfig, mine: unknown): void => {
    setBase(next);
    setValue(mine);
    setTheirs(null);
    setProblem(null);
    setReview(null);
    setEdition(edition + 1);
  };
  const meetOthers = async (): Promise<void> => {
    const now = await readConfig(agentId);
    if (now.etag === base.etag) return;
    client.setQueryData(configQuery(agentId).queryKey, now);
    if (dirty) setTheirs(now);
    else restart(now, now.config);
  };
  useLiveEvents((events) => {
    const changed = events.some((event) => eventAgent(event) === agentId && eventName(event) === 'ConfigChanged');
    // What fails is met when it is saved.
    if (changed && !busy) void meetOthers().catch(() => undefined);
  });
  const save = async (config: object): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const saved = await saveConfig(agentId, { config, etag: base.etag });
      const next = { config: saved.config as object, etag: `"${saved.version}"` };
      client.setQueryData(configQuery(agentId).queryKey, next);
      restart(next, next.config);
      onSuccess?.(saved.version);
    } catch (error) {
      const said = asProblem(error);
      setReview(null);
      if (said.code === 'version_conflict') setTheirs(await readConfig(agentId));
      else setProblem(said);
      onError?.(said);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="flex flex-col gap-4">
      {theirs && (
        <ConfigConflict
          base={base.config}
          mine={value}
          theirs={theirs.config}
          onTake={() => restart(theirs, theirs.config)}
          onKeep={() => restart(theirs, value)}
        />
      )}
      {problem && <Problem error={problem} />}
      <ConfigEditor
        key={edition}
        schema={schema}
        value={value}
        onChange={setValue}
        onSubmit={(config) => setReview(config as object)}
        faults={problem?.errors ?? []}
        disabled={busy || !may('agents:configure')}
      >
        <div className="sticky bottom-0 flex flex-wrap items-center gap-2 border-t border-line bg-surface py-3">
          <Button
            type="submit"
            look="primary"
            disabled={!dirty || theirs !== null || !may('agents:configure')}
            busy={busy}
          >
            Review and save
          </Button>
          <Button disabled={!dirty || busy} onClick={() => restart(base, base.config)}>
            Reset
          </Button>
          <span role="status" className="text-xs text-muted">
            {dirty ? 'Not saved yet.' : `Version ${base.etag.replaceAll('"', '')}`}
          </span>
        </div>
      </ConfigEditor>
      <Dialog open={review !== null} onClose={() => setReview(null)} title="What will change" wide>
        {review && (
          <div className="flex flex-col gap-4">
            <ChangesList before={base.config} after={review} label="Changes" />
            <div className="flex justify-end gap-2">
              <Button onClick={() => setReview(null)}>Back</Button>
              <Button look="primary" busy={busy} onClick={() => void save(review)}>
                Save
              </Button>
            </div>
          </div>
        )}
      </Dialog>
    </div>
  );
}
