import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, Save } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { api, unwrap } from '../../api/client';
import { useMay } from '../../api/me';
import { ProblemError, type FieldFault } from '../../api/problem';
import { Button } from '../../ui/button';
import { Field, Input } from '../../ui/field';
import { Panel } from '../../ui/panel';
import { Problem } from '../../ui/states';
import { told } from '../../ui/toast';
import { CodeEditor, type CodeEditorHandle } from './code-editor';
import { lintRunbook, type Linted } from './lint-runbook';
import { actionsQuery, runbookSchemaQuery } from './runbook-queries';
import { SaveConflict } from './save-conflict';
import { keysOf, type Vocabulary } from './yaml-suggestions';

interface RunbookEditorProps {
  /** The runbook that is edited; null for a new one. */
  name: string | null;
  source: string;
  /** The newest version when this was opened; null for a new one. */
  newest: number | null;
  onSaved: (name: string, version: number) => void;
  /** Another one has saved: shows theirs instead. */
  onDiscard: () => void;
}

/** The text of a runbook, checked as one types. Mount it anew for another one. */
export function RunbookEditor({ name, source, newest, onSaved, onDiscard }: RunbookEditorProps) {
  const may = useMay();
  const client = useQueryClient();
  const editor = useRef<CodeEditorHandle>(null);
  const [text, setText] = useState(source);
  const [reason, setReason] = useState('');
  const [linted, setLinted] = useState<Linted | null>(null);
  const [unchecked, setUnchecked] = useState<unknown>(null);
  const vocabulary = useVocabulary();
  const writes = may('runbooks:write');
  const called = linted?.name ?? null;
  const renamed = name !== null && called !== null && called !== name;
  const save = useMutation({
    mutationFn: (expected: number | null) => {
      const header = expected === null || renamed ? {} : { 'if-match': `"${expected}"` };
      const body = { source: text, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) };
      return unwrap(api.POST('/api/v1/runbooks', { params: { header }, body }));
    },
    onSuccess: async (saved) => {
      told(saved.created ? `Saved as version ${saved.version}` : 'Nothing has changed: nothing was saved');
      await client.invalidateQueries({ queryKey: ['runbooks'] });
      onSaved(saved.name, saved.version);
    },
  });
  const lint = async (checked: string): Promise<readonly FieldFault[]> => {
    try {
      const found = await lintRunbook(checked);
      setLinted(found);
      setUnchecked(null);
      return found.faults;
    } catch (error) {
      setUnchecked(error);
      return [];
    }
  };
  const conflict = save.error instanceof ProblemError && save.error.code === 'version_conflict';
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,22rem)]">
      <div className="h-[68vh] min-h-80 overflow-hidden rounded-lg border border-line">
        <CodeEditor
          ref={editor}
          initial={source}
          label={name === null ? 'Source of the new runbook' : `Source of ${name}`}
          readOnly={!writes}
          vocabulary={vocabulary}
          onChange={setText}
          lint={lint}
        />
      </div>
      <div className="flex flex-col gap-4">
        <Panel title="Check">
          <Faults linted={linted} onGo={(line, column) => editor.current?.goTo(line, column)} />
          {unchecked !== null && <Problem error={unchecked} />}
        </Panel>
        {writes && (
          <Panel title="Save">
            <form
              className="flex flex-col gap-3"
              onSubmit={(event) => {
                event.preventDefault();
                save.mutate(newest);
              }}
            >
              <Field label="Reason" hint="Why it is changed; kept with the version.">
                {(wiring) => (
                  <Input
                    {...wiring}
                    maxLength={1000}
                    value={reason}
                    onChange={({ target }) => setReason(target.value)}
                  />
                )}
              </Field>
              {renamed && (
                <p className="text-xs text-warn">
                  It is called {called} now: it is saved as a runbook of that name, and {name} stays as it is.
                </p>
              )}
              <Button
                type="submit"
                look="primary"
                busy={save.isPending}
                disabled={linted === null || linted.faults.length > 0}
              >
                <Save aria-hidden className="size-4" /> Save a new version
              </Button>
            </form>
            {conflict && name !== null && newest !== null && (
              <SaveConflict
                name={name}
                base={newest}
                busy={save.isPending}
                onOverwrite={(version) => save.mutate(version)}
                onDiscard={onDiscard}
              />
            )}
            {save.error !== null && !conflict && (
              <div className="mt-3">
                <Problem error={save.error} />
              </div>
            )}
          </Panel>
        )}
      </div>
    </div>
  );
}

/** What is wrong, each with its place, which it leads to. */
function Faults({ linted, onGo }: { linted: Linted | null; onGo: (line: number, column: number) => void }) {
  if (linted === null) return <p className="text-muted">It is being checked.</p>;
  if (linted.faults.length === 0) {
    return (
      <p role="status" className="flex items-center gap-2 text-ok">
        <CircleCheck aria-hidden className="size-4" /> Nothing is wrong with it.
      </p>
    );
  }
  return (
    <div role="status">
      <p className="mb-1 flex items-center gap-2 text-bad">
        <CircleAlert aria-hidden className="size-4" />
        {linted.faults.length === 1 ? 'One thing is wrong:' : `${linted.faults.length} things are wrong:`}
      </p>
      <ul className="flex max-h-80 flex-col gap-1 overflow-y-auto">
        {linted.faults.map(({ pointer, message, line = 1, column = 1 }) => (
          <li key={`${pointer} ${line} ${message}`}>
            <button
              type="button"
              onClick={() => onGo(line, column)}
              className="w-full rounded-md px-2 py-1 text-left hover:bg-sunken"
            >
              <span className="font-mono text-xs text-muted">
                {line}:{column} {pointer}
              </span>
              <span className="block break-words">{message}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function useVocabulary(): Vocabulary {
  const { data: schema } = useQuery(runbookSchemaQuery);
  const { data: actions = [] } = useQuery(actionsQuery);
  return useMemo(
    () => ({
      keys: keysOf(schema),
      stepKeys: keysOf(schema?.$defs?.['step']),
      actions: actions.map(({ name, title, description }) => ({ label: name, detail: title, info: description })),
    }),
    [schema, actions],
  );
}
