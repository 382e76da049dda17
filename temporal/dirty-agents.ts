/** Agents whose state this process saw change since their last checkpoint: to be mirrored before it ends. */
export class DirtyAgents {
  private readonly ids = new Set<string>();

  note(agentId: string, checkpointed: boolean): void {
    if (checkpointed) this.ids.delete(agentId);
    else this.ids.add(agentId);
  }

  /**
   * Has each of them write its checkpoint, some at a time, for at most `limitMs`. One that fails stays behind its
   * interval: nothing is lost, its workflow has everything.
   */
  async flush(checkpoint: (agentId: string) => Promise<unknown>, limitMs: number): Promise<void> {
    const deadline = Date.now() + limitMs;
    const queue = [...this.ids];
    const drainQueue = async (): Promise<void> => {
      for (let id = queue.pop(); id !== undefined && Date.now() < deadline; id = queue.pop()) {
        await checkpoint(id).catch(() => undefined);
      }
    };
    const timeUp = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
    await Promise.race([Promise.all(Array.from({ length: 16 }, drainQueue)), timeUp]);
  }
}
