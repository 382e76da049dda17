import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Problem } from '../../ui/states';
import { told } from '../../ui/toast';
import { sendCommand } from './agent-commands';
import type { Agent } from './agent-queries';
import { ReasonField } from './reason-field';

export function StopDialog({ agent, open, onClose }: { agent: Agent; open: boolean; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const stop = useMutation({
    mutationFn: () => sendCommand(agent.id, 'Stop', {}, reason),
    onSuccess: () => {
      told(`${agent.name} was stopped`);
      onClose();
    },
  });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Stop ${agent.name}?`}
      description="It does nothing any more, and can not be started again. Its history stays."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          stop.mutate();
        }}
      >
        {stop.error && <Problem error={stop.error} />}
        <ReasonField value={reason} onChange={setReason} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" look="danger" busy={stop.isPending}>
            Stop the agent
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
