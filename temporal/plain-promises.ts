/**
 * Required before the processes that run workflows (`node --require`), and so by Node into the threads which Temporal's SDK begins
 * for them. The SDK notes the stack of every promise that a workflow makes, so that a `__stack_trace` query can tell where it waits;
 * that is a third of what a task costs (`npm run bench:tasks`), and there is no option for it. An agent tells where it stands by its
 * events and its view. Without this file all is as the SDK has it (ADR 25).
 */
import v8 from 'node:v8';

// The object that others have is left as it is: Node's own `async_hooks` makes its hooks by it, and with them the scopes of cancellation.
Object.assign(v8, { promiseHooks: { ...v8.promiseHooks, createHook: () => () => undefined } });
