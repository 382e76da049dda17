import { useQuery } from '@tanstack/react-query';
import { approvalCountQuery, mostCounted, useLiveApprovals } from './approval-queries';

/** How many approvals wait for the reader; nothing where none does. */
export function ApprovalCount() {
  const { data: count = 0 } = useQuery(approvalCountQuery);
  useLiveApprovals();
  if (count === 0) return null;
  return (
    <span className="ml-auto rounded-full bg-warn-soft px-1.5 text-xs font-semibold text-warn tabular-nums">
      {count > mostCounted ? `${mostCounted}+` : count}
      <span className="sr-only"> wait for you</span>
    </span>
  );
}
