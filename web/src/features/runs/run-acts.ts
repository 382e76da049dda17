import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import { refreshRuns } from './run-queries';

/** What can be asked of a run. */
export type RunAct =
  | { type: 'pause' | 'resume' | 'retry' | 'rerun' }
  | { type: 'cancel'; undo: boolean }
  | { type: 'skipStep' | 'retryStep'; path: string };

export interface ActOrder {
  act: RunAct;
  reason: string;
}

/** Asks it. @returns id of the run that goes on: another one after a retry or rerun of one that has ended */
async function ask(id: string, { act, reason }: ActOrder): Promise<string> {
  const body = reason === '' ? {} : { reason };
  const params = { path: { id } };
  switch (act.type) {
    case 'pause':
      await unwrap(api.POST('/api/v1/runs/{id}/pause', { params, body }));
      return id;
    case 'resume':
      await unwrap(api.POST('/api/v1/runs/{id}/resume', { params, body }));
      return id;
    case 'cancel':
      await unwrap(api.POST('/api/v1/runs/{id}/cancel', { params, body: { ...body, undo: act.undo } }));
      return id;
    case 'retry':
      return idOf(await unwrap(api.POST('/api/v1/runs/{id}/retry', { params, body })), id);
    case 'rerun':
      return idOf(await unwrap(api.POST('/api/v1/runs/{id}/rerun', { params, body })), id);
    case 'skipStep': {
      const step = { path: { id, path: act.path } };
      await unwrap(api.POST('/api/v1/runs/{id}/steps/{path}/skip', { params: step, body: { reason } }));
      return id;
    }
    case 'retryStep': {
      const step = { path: { id, path: act.path } };
      await unwrap(api.POST('/api/v1/runs/{id}/steps/{path}/retry', { params: step, body }));
      return id;
    }
  }
}

function idOf(answer: unknown, otherwise: string): string {
  const { id } = answer as { id?: unknown };
  return typeof id === 'string' ? id : otherwise;
}

/** @param onDone with the id of the run that goes on */
export function useRunAct(id: string, onDone: (id: string) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (order: ActOrder) => ask(id, order),
    onSuccess: async (next) => {
      onDone(next);
      await refreshRuns(client);
    },
  });
}
