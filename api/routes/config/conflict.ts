import { liveAgent } from '../../agent-reader';
import type { Dependencies } from '../../dependencies';
import { Problem, problemOf } from '../../problem';

/** Does what changes a config. Who has read an older one is told in `ETag` which version there is now. */
export async function tellingConflict<T>(deps: Dependencies, agentId: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code !== 'version_conflict') throw error;
    const { agent } = await liveAgent(deps, agentId);
    const headers = { ...problem.headers, ETag: `"${agent.configVersion}"` };
    throw new Problem(problem.code, problem.message, problem.fields, headers, { cause: error });
  }
}
