import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../../api/me';
import { Button, IconButton } from '../../ui/button';
import { MoreButton } from '../../ui/more-button';
import { Panel } from '../../ui/panel';
import { Loaded, Problem } from '../../ui/states';
import { Time } from '../../ui/time';
import { told } from '../../ui/toast';
import { DeleteTemplate, SaveTemplate } from './template-dialogs';
import { templateConfig, templatesQuery, type TemplateSummary } from './template-queries';

interface ConfigTemplatesProps {
  kind: string;
  /** What can be set aside as a template; without it none is made here. */
  present?: object | undefined;
  /** Fills a form with the config of a template; without it none is applied here. */
  onApply?: ((config: object) => void) | undefined;
}

/** Configs that were set aside for agents of a kind: to fill a form with, not to save anything by themselves. */
export function ConfigTemplates({ kind, present, onApply }: ConfigTemplatesProps) {
  const may = useMay();
  const query = useInfiniteQuery(templatesQuery(kind));
  const [saving, setSaving] = useState(false);
  const [doomed, setDoomed] = useState<TemplateSummary | null>(null);
  const apply = useMutation({
    mutationFn: ({ id }: TemplateSummary) => templateConfig(id),
    onSuccess: (config, { name }) => {
      onApply?.(config);
      told(`The form holds ${name} now`, 'Nothing is saved yet.');
    },
  });
  const mayKeep = may('agents:configure');
  return (
    <Panel
      title="Templates"
      flush
      actions={present && mayKeep && <Button onClick={() => setSaving(true)}>Save as a template</Button>}
    >
      {apply.error && (
        <div className="p-3">
          <Problem error={apply.error} />
        </div>
      )}
      <Loaded query={query} rows={2}>
        {({ pages }) => {
          const templates = pages.flatMap((page) => page.templates);
          if (templates.length === 0)
            return <p className="px-4 py-3 text-muted">There is none for agents of this kind.</p>;
          return (
            <ul aria-label="Templates" className="divide-y divide-line">
              {templates.map((one) => (
                <li key={one.id} data-template={one.id} className="flex flex-wrap items-center gap-2 px-4 py-3">
                  <div className="min-w-40 flex-1">
                    <span className="font-medium break-words">{one.name}</span>
                    {one.description !== undefined && <p className="break-words">{one.description}</p>}
                    <p className="text-xs text-muted">
                      {one.updatedBy}, <Time at={one.updatedAt} as="ago" />
                    </p>
                  </div>
                  {onApply && (
                    <Button busy={apply.isPending && apply.variables.id === one.id} onClick={() => apply.mutate(one)}>
                      Apply<span className="sr-only"> {one.name}</span>
                    </Button>
                  )}
                  {mayKeep && (
                    <IconButton name={`Delete ${one.name}`} onClick={() => setDoomed(one)}>
                      <Trash2 aria-hidden className="size-4" />
                    </IconButton>
                  )}
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      <MoreButton query={query} />
      {saving && present && <SaveTemplate kind={kind} config={present} onClose={() => setSaving(false)} />}
      {doomed && <DeleteTemplate template={doomed} onClose={() => setDoomed(null)} />}
    </Panel>
  );
}
