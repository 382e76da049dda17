import { StringDecoder } from 'node:string_decoder';
import type { ActionContext, Capture } from './actions/action';
import type { Notification, StepOrder } from './actions/order';
import type { StepLog, StepLogs } from './perform-ports';
import type { Redactor } from './redaction';
import { shortText } from '../actors/core/bounded-json';

const longestTitle = 200;
const longestText = 4000;
const mostNotifications = 20;

/** What a step says while it runs: its log, its captured output and its notifications, all of it redacted. */
export class StepIo implements Pick<ActionContext, 'log' | 'capture' | 'notify'> {
  readonly notifications: Notification[] = [];
  private opened: StepLog | undefined;

  constructor(
    private readonly logs: StepLogs,
    private readonly order: Pick<StepOrder, 'runId' | 'path'> & { attempt: number },
    private readonly redactor: Redactor,
  ) {}

  readonly log: ActionContext['log'] = (stream, text) => this.write(stream, this.redactor.text(text));

  readonly capture: ActionContext['capture'] = (stream, limit): Capture => {
    const decoder = new StringDecoder('utf8');
    const redaction = this.redactor.stream();
    const kept = new HeadAndTail(limit);
    const take = async (text: string): Promise<void> => {
      kept.add(text);
      await this.write(stream, text);
    };
    return {
      write: (chunk) => take(redaction.push(decoder.write(chunk))),
      end: async () => {
        await take(redaction.push(decoder.end()) + redaction.end());
        return kept.result();
      },
    };
  };

  readonly notify: ActionContext['notify'] = ({ severity, title, text }) => {
    if (this.notifications.length === mostNotifications) return;
    this.notifications.push({
      severity,
      title: shortText(this.redactor.text(title), longestTitle),
      text: shortText(this.redactor.text(text), longestText),
    });
  };

  async close(): Promise<void> {
    await this.opened?.close();
  }

  /** Most steps say nothing: their log is never opened. */
  private async write(stream: 'stdout' | 'stderr' | 'info', text: string): Promise<void> {
    if (text === '') return;
    this.opened ??= this.logs.open(this.order.runId, this.order.path, this.order.attempt);
    await this.opened.write(stream, text);
  }
}

/** Keeps the first and the last of a long text, half of the limit each. */
class HeadAndTail {
  private head = '';
  private tail = '';
  private left = 0;
  private readonly half: number;

  constructor(limit: number) {
    this.half = Math.floor(limit / 2);
  }

  add(text: string): void {
    const room = this.half - this.head.length;
    this.head += text.slice(0, room);
    const rest = this.tail + text.slice(Math.max(0, room));
    this.tail = rest.slice(-this.half);
    this.left += rest.length - this.tail.length;
  }

  result(): { text: string; truncated: boolean } {
    const between = this.left > 0 ? `\n… ${this.left} characters left out …\n` : '';
    return { text: this.head + between + this.tail, truncated: this.left > 0 };
  }
}
