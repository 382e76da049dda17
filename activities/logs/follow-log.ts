import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../../actors/logs/finding';
import type { LogConfig } from '../../actors/devops/logs-config';
import type { SecretStore } from '../../infra/secrets';
import type { ActionSettings } from '../actions/action';
import { allowedPath } from '../actions/roots';
import { Redactor } from '../redaction';
import { LogDetector, type Model } from './detector';
import { followFile, type FilePosition } from './follow-file';
import { followContainer, followJournal, type StreamPosition } from './follow-stream';
import { redactedLines, redactedText } from './redact-lines';

/** Where one is in a log, and what was learned of it; plain JSON. */
export interface LogProgress {
  position: FilePosition | StreamPosition;
  model: Model;
}

const againAfterMs = 5000;
/** Most findings of a log in an hour; what is more is counted. */
const mostPerHour = 20;

/** One log as it is followed. */
export class FollowedLog {
  private readonly detector: LogDetector;
  private readonly redactor = new Redactor();
  private position: FilePosition | StreamPosition | undefined;
  private told: number[] = [];
  private suppressed = 0;

  constructor(
    private readonly log: LogConfig,
    known: LogProgress | undefined,
    private readonly ports: { settings: ActionSettings; secrets: SecretStore },
    /** Resolves when the agent has it. `id` is the same whenever the same is found again. */
    private readonly tell: (finding: Finding, id: string) => Promise<void>,
  ) {
    this.position = known?.position;
    this.detector = new LogDetector(
      {
        patterns: log.patterns,
        learnLines: log.learn_lines,
        windowMs: log.window * 1000,
        newPatterns: log.new_patterns,
        spikes: log.spikes,
      },
      known?.model,
    );
  }

  /** Undefined as long as nothing was read. */
  progress(): LogProgress | undefined {
    return this.position && { position: this.position, model: this.detector.snapshot() };
  }

  /** Follows until it is told to stop; what can't be followed is told of once, and tried again. */
  async follow(signal: AbortSignal): Promise<void> {
    for (const reference of this.log.redact) {
      const value = await this.ports.secrets.get(reference.slice('secret://'.length));
      if (value !== undefined) this.redactor.learn(value);
    }
    let trouble = '';
    while (!signal.aborted) {
      try {
        await this.read(signal);
      } catch (error) {
        if (signal.aborted) return;
        const what = error instanceof Error ? error.message : String(error);
        const finding = { kind: 'unreadable' as const, what, at: new Date().toISOString(), count: 1, expected: null };
        if (what !== trouble) await this.report({ ...finding, lines: [] }, `unreadable:${what}:${finding.at}`);
        trouble = what;
        await delay(againAfterMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { source, from } = this.log;
    const place = (this.position ?? from) as 'beginning' | 'end';
    const take = async (chunk: Buffer, position: FilePosition | StreamPosition): Promise<void> => {
      const at = 'offset' in position ? `${position.ino}:${position.offset}` : position.last;
      const found = this.detector.consume(chunk);
      for (const [index, finding] of found.entries()) await this.report(finding, `${at}:${index}`);
      // Only once the agent knows: a worker that dies before finds it again.
      this.position = position;
    };
    switch (source.type) {
      case 'file': {
        const path = await allowedPath(source.path, 'read', { settings: this.ports.settings, runId: 'follow' });
        return followFile(path, place, signal, take);
      }
      case 'container': {
        const address = this.ports.settings.containers;
        if (address === undefined) throw new Error('this worker has no container engine');
        return followContainer({ address, container: source.container }, place, signal, take);
      }
      case 'journald':
        return followJournal({ unit: source.unit }, place, signal, take);
    }
  }

  private async report(finding: Omit<Finding, 'suppressed'>, id: string): Promise<void> {
    const hourAgo = Date.now() - 3_600_000;
    this.told = this.told.filter((time) => time > hourAgo);
    if (this.told.length >= mostPerHour) {
      this.suppressed += 1;
      return;
    }
    const lines = redactedLines(finding.lines, this.redactor);
    const what = redactedText(finding.what, this.redactor);
    await this.tell({ ...finding, what, lines, suppressed: this.suppressed }, id);
    this.told.push(Date.now());
    this.suppressed = 0;
  }
}
