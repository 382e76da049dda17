import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, Input, Textarea } from '../../ui/field';
import { Problem } from '../../ui/states';
import { told } from '../../ui/toast';
import { deleteTemplate, saveTemplate, templatesQuery, type TemplateSummary } from './template-queries';

export function SaveTemplate({ kind, config, onClose }: { kind: string; config: object; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const save = useMutation({
    mutationFn: () => saveTemplate({ kind, name, ...(description === '' ? {} : { description }), config }),
    onSuccess: () => {
      told(`${name} is a template now`);
      onClose();
      return client.invalidateQueries({ queryKey: templatesQuery(kind).queryKey });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Save as a template"
      description="The config in effect is set aside, for whoever wants to fill a form with it. What is not saved yet is not in it."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {save.error && <Problem error={save.error} />}
        <Field label="Name">
          {(wiring) => (
            <Input {...wiring} required maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
          )}
        </Field>
        <Field label="Description (optional)" hint="What it is good for.">
          {(wiring) => (
            <Textarea
              {...wiring}
              maxLength={2000}
              value={description}
              onChange={({ target }) => setDescription(target.value)}
            />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            Save it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function DeleteTemplate({ template, onClose }: { template: TemplateSummary; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteTemplate(template),
    onSuccess: () => {
      told(`${template.name} is deleted`);
      onClose();
    },
    // Also where it was refused: somebody else has changed or deleted it then.
    onSettled: () => client.invalidateQueries({ queryKey: templatesQuery(template.kind).queryKey }),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${template.name}?`}
      description="Agents that got its config keep theirs."
    >
      <div className="flex flex-col gap-4">
        {remove.error && <Problem error={remove.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
