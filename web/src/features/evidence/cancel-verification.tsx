import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import { useMay } from '../../api/me';
import { Button } from '../../ui/button';
import { Problem } from '../../ui/states';
import { told } from '../../ui/toast';

/** Asks a verification to end; what it has found stays. */
export function CancelVerification({ id }: { id: string }) {
  const may = useMay();
  const queryClient = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/evidence/verifications/{id}/cancel', { params: { path: { id } } })),
    onSuccess: () => {
      told('It was asked to end', 'What it has found stays.');
      return queryClient.invalidateQueries({ queryKey: ['evidence'] });
    },
  });
  if (!may('evidence:verify')) return null;
  return (
    <>
      {cancel.error && <Problem error={cancel.error} />}
      <Button busy={cancel.isPending} disabled={cancel.isSuccess} onClick={() => cancel.mutate()}>
        Cancel
      </Button>
    </>
  );
}
