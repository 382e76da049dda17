import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { hashOf } from '../../../actors/core/hash-chain';
import { jsonBytes } from '../../../actors/core/json-size';
import { ActionError } from '../action';

/** One thing that a plan changes, as it is shown: what is sensitive is masked. */
export interface ShownChange {
  address: string;
  actions: string[];
  before?: unknown;
  after?: unknown;
}

/** What a plan comes to, without whatever differs between two plans of the same: times, versions, order. */
export interface PlanChanges {
  /** Of all of it, with what is sensitive: another value is another plan, though it looks the same. */
  hash: string;
  shown: ShownChange[];
  /** Hash of each change by its address. */
  each: Map<string, string>;
  /** Whether anything is taken away, or replaced by another one. */
  removes: boolean;
  /** Addresses of what somebody else has changed since. */
  outside: string[];
}

const change = Type.Object({
  actions: Type.Array(Type.String()),
  before: Type.Optional(Type.Unknown()),
  after: Type.Optional(Type.Unknown()),
  after_unknown: Type.Optional(Type.Unknown()),
  before_sensitive: Type.Optional(Type.Unknown()),
  after_sensitive: Type.Optional(Type.Unknown()),
});
const resources = Type.Optional(
  Type.Array(Type.Object({ address: Type.String(), deposed: Type.Optional(Type.String()), change })),
);
const planJson = Type.Object({
  errored: Type.Optional(Type.Boolean()),
  resource_changes: resources,
  resource_drift: resources,
  output_changes: Type.Optional(Type.Record(Type.String(), change)),
});

const mostShownBytes = 32 * 1024;
export const masked = '(sensitive)';
export const unknownYet = '(known after apply)';

/**
 * Reads what `show -json` says of a saved plan.
 * @throws ActionError `unreadable_plan`
 */
export function planChanges(text: string): PlanChanges {
  const plan = parsed(text);
  const named = [
    ...(plan.resource_changes ?? []).map((one) => ({
      ...one,
      address: one.address + (one.deposed ? ` (${one.deposed})` : ''),
    })),
    ...Object.entries(plan.output_changes ?? {}).map(([name, one]) => ({ address: `output.${name}`, change: one })),
  ];
  const real = named
    .filter(({ change: { actions } }) => !actions.every((one) => one === 'no-op' || one === 'read'))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  const each = new Map(real.map((one) => [one.address, hashOf(JSON.parse(JSON.stringify(one.change)))]));
  const whole = real.map(({ address, change: one }) => ({
    address,
    actions: one.actions,
    before: shownValue(one.before ?? null, one.before_sensitive, undefined),
    after: shownValue(one.after ?? null, one.after_sensitive, one.after_unknown),
  }));
  return {
    hash: hashOf([...each]),
    shown: jsonBytes(whole) <= mostShownBytes ? whole : whole.map(({ address, actions }) => ({ address, actions })),
    each,
    removes: real.some(({ change: { actions } }) => actions.includes('delete')),
    outside: (plan.resource_drift ?? []).map(({ address }) => address).sort(),
  };
}

/** Whether a plan does nothing but what is left of another one, each change just as it was there. */
export function isRemainder(now: PlanChanges, of: PlanChanges): boolean {
  return [...now.each].every(([address, hash]) => of.each.get(address) === hash);
}

function parsed(text: string): typeof planJson.static {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch {
    plan = null;
  }
  if (!Value.Check(planJson, plan) || plan.errored === true) {
    throw new ActionError('unreadable_plan', 'the saved plan can not be read, or was not made to its end');
  }
  return plan;
}

/** Masks are `true`, or of the shape of the value with `true` in it. */
function shownValue(value: unknown, sensitive: unknown, unknown: unknown): unknown {
  if (sensitive === true) return masked;
  if (unknown === true) return unknownYet;
  if (Array.isArray(value)) {
    return value.map((item, at) => shownValue(item, partOf(sensitive, at), partOf(unknown, at)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const names = new Set([...Object.keys(value), ...unknownNames(unknown)]);
  return Object.fromEntries(
    [...names]
      .sort()
      .map((name) => [name, shownValue(partOf(value, name) ?? null, partOf(sensitive, name), partOf(unknown, name))]),
  );
}

function partOf(of: unknown, key: string | number): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string | number, unknown>)[key] : undefined;
}

function unknownNames(unknown: unknown): string[] {
  if (typeof unknown !== 'object' || unknown === null || Array.isArray(unknown)) return [];
  return Object.entries(unknown).flatMap(([name, part]) => (part === true ? [name] : []));
}
