import type { AgentState } from '../../actors/core/agent-state';
import { isDomainError } from '../../actors/core/errors';
import type { Place, Placed } from '../../actors/core/evidence/chain-check';
import { FoldCheck } from '../../actors/core/evidence/fold-check';
import { ReplayCheck } from '../../actors/core/evidence/replay-check';
import type { RunFacts } from '../../actors/core/evidence/told-check';
import type { Findings } from '../../actors/core/evidence/verdicts';
import { hashOf } from '../../actors/core/hash-chain';
import type { AnyKind } from '../../actors/core/kind';
import { kindNamed } from '../../actors/registry';
import type { RawHistory } from '../../projections/queries/evidence-histories';
import { mirroredAgent, type AgentView, type Checkpoint } from '../../workflows/messages';
import { NotReplayable, type Replays } from './replays';
import type { RunEvidence } from './run-evidence';

/** An agent's past made once more, in two ways that know nothing of each other: by the code that ran, and by `evolve` alone. */
export class Recomputation {
  private readonly replay: ReplayCheck;
  private fold: FoldCheck | null = null;
  private newest: RunFacts | null = null;

  /**
   * @param start where the chain stands before the first record that is left
   * @param kept the agent as it was kept when the records up to there expired, or null
   */
  constructor(
    private readonly agentId: string,
    private readonly start: Place,
    private readonly kept: AgentState | null,
    private readonly findings: Findings,
    private readonly replays: Replays,
  ) {
    this.replay = new ReplayCheck(start, findings);
  }

  /** To be called first. @param kind its name; undefined where nothing says it */
  open(kind: string | undefined, view: AgentView | null, mirror: Checkpoint | null, first: RunEvidence | null): void {
    const known = this.kindOf(kind);
    const before = this.before(first);
    if (!known || before === null) return;
    this.fold = new FoldCheck(known, this.agentId, before, this.findings);
    if (view) this.claim(view.sequence, agentOf(view), 'the agent that lives');
    else if (mirror) {
      const { sequence } = mirror;
      this.fold.expect({
        sequence,
        hash: hashOf(mirroredAgent(mirror)),
        of: 'mirror',
        source: 'its checkpoint in Redis',
      });
    }
  }

  /** Replays a run; before its records come. @throws the reason of the signal */
  async run(noted: RawHistory, { facts, bytes, beginning }: RunEvidence, signal: AbortSignal): Promise<void> {
    const { runId, previousRunId, sound, unreadable } = facts;
    const { newest } = this;
    this.newest = facts;
    const lacksBefore = newest ? newest.runId !== previousRunId : previousRunId !== null && this.start.sequence === 0;
    if (lacksBefore) this.replay.skip(`the run before run ${runId} can not be replayed: its raw history is missing`);
    if (!beginning || !sound) {
      return this.replay.skip(`run ${runId} can not be replayed: its raw history ${unreadable ?? 'was altered'}`);
    }
    if ('carried' in beginning.input && newest) {
      this.claim(beginning.before.sequence, beginning.input.carried.agent, `the beginning of run ${runId}`);
    }
    try {
      const { records, ended, failure } = await this.replays.replay(noted, bytes, signal);
      this.replay.begin(runId, beginning.before);
      for (const mark of records) this.replay.recomputed(runId, mark);
      if (failure !== null) this.replay.failed(runId, failure);
      const { sequence } = records.at(-1) ?? beginning.before;
      if (ended !== null) {
        this.fold?.expect({ sequence, hash: ended, of: 'agent', source: `the replay of run ${runId}, at its end,` });
      }
    } catch (error) {
      if (!(error instanceof NotReplayable)) throw error;
      this.replay.skip(error.message);
    }
  }

  nothingToReplay(why: string): void {
    this.replay.skip(why);
  }

  record(placed: Placed): void {
    this.replay.record(placed.record.sequence, placed.hash);
    this.fold?.record(placed);
  }

  /** To be called when all has come. @param told sequence of the last record that the histories tell of */
  finish(told: number): void {
    const next = this.newest?.closed ? this.newest.nextRunId : null;
    if (next !== null) this.replay.skip(`run ${next} can not be replayed: its raw history is missing`);
    this.replay.finish(told);
    this.fold?.finish();
  }

  private claim(sequence: number, agent: AgentState, source: string): void {
    this.fold?.expect({ sequence, hash: hashOf(agent), of: 'agent', source });
  }

  private kindOf(name: string | undefined): AnyKind | null {
    try {
      return kindNamed(name ?? '');
    } catch (error) {
      if (!isDomainError(error)) throw error;
      this.findings.doubt(
        'replayConsistent',
        `this release knows no kind ${name ?? ''}, so it can not fold its records`,
      );
      return null;
    }
  }

  /** The agent before the first record that is left: undefined for one not yet born, null where nothing tells. */
  private before(first: RunEvidence | null): AgentState | undefined | null {
    const { sequence, hash } = this.start;
    if (sequence === 0) return undefined;
    const input = first?.beginning?.input;
    const carried = input && 'carried' in input ? input.carried.agent : null;
    const found = [carried, this.kept].find((agent) => agent?.sequence === sequence && agent.hash === hash);
    if (found) return found;
    this.findings.doubt('replayConsistent', `nothing is left that says what the agent was after record ${sequence}`);
    return null;
  }
}

function agentOf({ published: _published, checkpoint: _checkpoint, runId: _runId, ...agent }: AgentView): AgentState {
  return agent;
}
