import type { AnyKind } from './kind';

/** Stands in for a kind that is not known here: lifecycle and first record are the same for all kinds. */
export function opaqueKind(name: string): AnyKind {
  return {
    name,
    title: name,
    description: '',
    config: { type: 'object', properties: {} } as AnyKind['config'],
    commands: {},
    events: {},
    initialState: () => null,
    decide: () => [],
    evolve: (state: unknown) => state,
  };
}
