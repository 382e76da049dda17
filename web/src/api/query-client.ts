import { QueryClient } from '@tanstack/react-query';
import { ProblemError } from './problem';

/** Whether asking again may help: the server was away, busy, or broke. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.status === 429 || error.status >= 500;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 3 && mayPass(error),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 10_000),
    },
  },
});
