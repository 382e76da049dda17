import { isPartial, type Manifest } from '../../actors/core/evidence/manifest';
import { verdictNames, type Verdict } from '../../actors/core/evidence/verdicts';
import { agentVerdicts, type AgentVerdicts } from './agent-verdicts';
import { openEnvelope, type EnvelopeFault } from './envelope';
import { signedHeads } from './signed-heads';
import { ZipBundle } from './zip-bundle';

/** What came of verifying a bundle; `--json` prints it as it is. */
export interface Report {
  verdict: 'pass' | 'fail';
  bundle: Pick<Manifest, 'exportId' | 'createdAt' | 'createdBy' | 'installation' | 'scope'> & {
    /** Id of the believed key that signed the manifest, or null. */
    signedBy: string | null;
    /** On whose word the keys are believed: `pinned` by `--key`, or the bundle's own. */
    trust: 'pinned' | 'bundle';
    faults: EnvelopeFault[];
  };
  agents: AgentVerdicts[];
  /** The first bad record, or where none can be named, the first thing that is wrong; null where nothing is. */
  first: (Extract<Verdict, { verdict: 'fail' }> | EnvelopeFault) | null;
}

/**
 * Verifies a bundle with nothing but what is in it.
 * @param pins see `trustedKeys`
 * @throws Unreadable where it is no bundle
 */
export async function verifyBundle(file: string, pins: readonly string[]): Promise<Report> {
  const zip = await ZipBundle.open(file);
  try {
    const envelope = await openEnvelope(zip, pins);
    const { manifest, keys, signedBy, faults } = envelope;
    const heads = await signedHeads(zip, envelope);
    faults.push(...agentFaults(manifest));
    const partial = isPartial(manifest.scope);
    const agents: AgentVerdicts[] = [];
    for (const exported of manifest.agents) {
      agents.push(await agentVerdicts(zip, envelope, exported, heads.get(exported.agent) ?? [], partial));
    }
    const { exportId, createdAt, createdBy, installation, scope } = manifest;
    const trust = keys.pinned === null ? ('bundle' as const) : ('pinned' as const);
    const first = agents.flatMap(failed)[0] ?? faults[0] ?? null;
    return {
      verdict: first === null ? 'pass' : 'fail',
      bundle: { exportId, createdAt, createdBy, installation, scope, signedBy, trust, faults },
      agents,
      first,
    };
  } finally {
    zip.close();
  }
}

function failed({ verdicts }: AgentVerdicts): Extract<Verdict, { verdict: 'fail' }>[] {
  return verdictNames.map((name) => verdicts[name]).filter((verdict) => verdict.verdict === 'fail');
}

/** Each agent once, in a folder of its own, and the one that was asked for among them. */
function agentFaults({ agents, scope }: Manifest): EnvelopeFault[] {
  const faults: EnvelopeFault[] = [];
  const fault = (message: string): void => void faults.push({ code: 'malformed', path: 'manifest.json', message });
  if (new Set(agents.map(({ agent }) => agent)).size < agents.length) fault('the manifest lists an agent twice');
  if (new Set(agents.map(({ directory }) => directory)).size < agents.length) fault('two agents share a folder');
  const wanted = scope.type === 'agent' ? scope.agent : scope.type === 'run' ? scope.run : null;
  if (wanted !== null && !agents.some(({ agent }) => agent === wanted)) {
    fault(`the bundle is said to be of ${wanted}, which is not in it`);
  }
  return faults;
}
