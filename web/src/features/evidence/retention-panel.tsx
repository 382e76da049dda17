import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '../../api/client';
import { useMay } from '../../api/me';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Field, Input } from '../../ui/field';
import { Panel } from '../../ui/panel';
import { ReasonDialog } from '../../ui/reason-dialog';
import { Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { told } from '../../ui/toast';
import { mostOfReason, retentionQuery } from './evidence-queries';
import { Fact } from './fact';

/** How long an agent's records are kept, and how far they have expired. */
export function RetentionPanel({ agent }: { agent: string }) {
  const may = useMay();
  const [choosing, setChoosing] = useState(false);
  const query = useQuery(retentionQuery(agent));
  return (
    <Panel
      title="How long it is kept"
      actions={may('evidence:govern') && <Button onClick={() => setChoosing(true)}>Change the class</Button>}
    >
      <Loaded query={query} rows={3}>
        {({ class: name, days, reason, setBy, setAt, expiredTo, held }) => (
          <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-2">
            <Fact name="Class">
              {name}, {days === null ? 'for ever' : `${days} days`}
            </Fact>
            <Fact name="Set by">
              {setBy === null ? (
                'nobody: it is that of all agents'
              ) : (
                <>
                  {setBy}
                  {setAt !== null && (
                    <>
                      , <Time at={setAt} />
                    </>
                  )}
                  : {reason}
                </>
              )}
            </Fact>
            <Fact name="Expired">
              {expiredTo === 0 ? 'nothing' : `records 1 to ${expiredTo}; signed tombstones stand for them`}
            </Fact>
            <Fact name="Legal hold">{held ? <Badge tone="info">in force: nothing more expires</Badge> : 'none'}</Fact>
          </dl>
        )}
      </Loaded>
      {choosing && <ChooseClass agent={agent} onClose={() => setChoosing(false)} />}
    </Panel>
  );
}

function ChooseClass({ agent, onClose }: { agent: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const choose = useMutation({
    mutationFn: (body: { class: string; reason: string }) =>
      unwrap(api.POST('/api/v1/agents/{id}/retention', { params: { path: { id: agent } }, body })),
    onSuccess: async (chosen) => {
      told(`${agent} is of class ${chosen.class} now`);
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['evidence', 'retention', agent] });
    },
  });
  return (
    <ReasonDialog
      open
      required
      most={mostOfReason}
      title={`Retention of ${agent}`}
      description="What its class lets expire goes for good. What has gone already does not come back."
      action="Set the class"
      busy={choose.isPending}
      error={choose.error}
      onClose={onClose}
      onConfirm={(reason) => choose.mutate({ class: name, reason })}
    >
      <Field label="Class" hint="As RETENTION_CLASSES names it: standard is always there.">
        {(wiring) => (
          <Input
            {...wiring}
            required
            autoCapitalize="none"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
    </ReasonDialog>
  );
}
