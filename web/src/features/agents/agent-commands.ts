import { api, unwrap } from '../../api/client';

/** Sends one command. @throws ProblemError with the places in the command that are at fault */
export function sendCommand(id: string, type: string, data: unknown, reason: string) {
  const body = {
    type,
    data: data as Record<string, never>,
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  };
  return unwrap(api.POST('/api/v1/agents/{id}/commands', { params: { path: { id } }, body }));
}
