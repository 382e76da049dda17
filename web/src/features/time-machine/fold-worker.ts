import type { AgentState } from '../../../../actors/core/agent-state';
import type { EventRecord } from '../../../../actors/core/event';
import { FoldedHistory } from './folded-history';
import type { FoldAnswer, FoldAsk, FoldAsked } from './fold-messages';

/** Parses, checks and folds away from the page's own thread: a thousand records take longer than a frame lasts. */

let history: FoldedHistory;

async function answer(ask: FoldAsk): Promise<unknown> {
  switch (ask.op) {
    case 'begin':
      history = new FoldedHistory(ask.agent);
      return null;
    case 'take': {
      const [base, { events }] = await Promise.all([
        ask.base === null ? null : parsed<AgentState>(ask.base),
        parsed<{ events: EventRecord[] }>(ask.events),
      ]);
      // The API does not tell the versions of the config; nothing here asks for older ones.
      return history.take(ask.page, base === null ? null : { ...base, configVersions: [] }, events);
    }
    case 'append':
      return history.append(ask.records);
    case 'forget':
      history.forget(ask.page);
      return null;
    case 'moment':
      return history.moment(ask.at, ask.against);
  }
}

async function parsed<T>(json: Blob): Promise<T> {
  return JSON.parse(await json.text()) as T;
}

// One after another, in the order asked for.
let last: Promise<void> = Promise.resolve();
self.addEventListener('message', ({ data }: MessageEvent<FoldAsked>) => {
  last = last.then(async () => {
    const told: FoldAnswer = await answer(data.ask).then(
      (value) => ({ id: data.id, value }),
      (error: unknown) => ({ id: data.id, fault: error instanceof Error ? error.message : String(error) }),
    );
    self.postMessage(told);
  });
});
