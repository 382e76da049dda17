import { ed25519 } from '@noble/curves/ed25519.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { base64 } from '@scure/base';
import type { EventRecord } from '../event';
import { genesisHash, seal } from '../hash-chain';
import { AgentCheck } from './agent-check';
import { canonicalText } from '../canonical';
import type { Place } from './chain-check';
import { headsRoot, proveHead, type CheckpointBody } from './checkpoint';
import { keyIdOf, type EvidenceKey } from './signature';
import { openCheckpoint } from './signed-check';
import type { RunFacts } from './told-check';
import type { SignedTombstone, TombstoneBody } from './tombstone';
import type { Coverage, Verdicts } from './verdicts';

/** An agent's past in memory, sound until a test changes it: for the unit specs of what checks it. */

export const agentId = 'a1';
const installation = '0d9f6a58-6f39-4c0e-8d0b-6a3a1c5f7e11';
const time = '2026-01-01T00:00:00.000Z';

export interface TestRun extends RunFacts {
  told: { record: EventRecord; sender: string | null }[];
}

export interface SignedHead {
  body: string;
  signature: string;
  head: Place;
  leaf: ReturnType<typeof proveHead>;
}

/** What an auditor would find. */
export interface Past {
  records: unknown[];
  runs: TestRun[];
  heads: SignedHead[];
  tombstones: SignedTombstone[];
  keys: Map<string, EvidenceKey>;
}

export class TestKey {
  private readonly secret: Uint8Array;
  readonly key: EvidenceKey;

  constructor(seed: number) {
    this.secret = new Uint8Array(32).fill(seed);
    const publicKey = ed25519.getPublicKey(this.secret);
    const rest = { createdAt: time, retiredAt: null, vouchedBy: null, voucher: null };
    this.key = { keyId: keyIdOf(publicKey), publicKey: base64.encode(publicKey), ...rest };
  }

  sign(text: string): string {
    return base64.encode(ed25519.sign(utf8ToBytes(text), this.secret));
  }
}

export const ownKey = new TestKey(7);

/** Records `from` to `to` behind `before`; `value` is what the flags are set to. */
export function recordsFrom(before: Place, to: number, value: unknown = true): EventRecord[] {
  const records: EventRecord[] = [];
  let { hash } = before;
  for (let sequence = before.sequence + 1; sequence <= to; sequence += 1) {
    const record = seal({
      specversion: '1.0',
      id: `${agentId}:${sequence}`,
      source: `/agents/${agentId}`,
      type: 'ymera.flags.FlagSet',
      time,
      datacontenttype: 'application/json',
      data: { key: `flag-${sequence}`, value, previous: null },
      sequence,
      messagetype: 'EVENT',
      commandid: `c${sequence}`,
      principal: 'ann',
      prevhash: hash,
    });
    records.push(record);
    ({ hash } = record);
  }
  return records;
}

/** Gives a changed record its own hash, and all after it too: what somebody without the key can do. */
export function rechained(records: readonly EventRecord[], from: number, change: Partial<EventRecord>): EventRecord[] {
  const kept = records.filter(({ sequence }) => sequence < from);
  let prevhash = kept.at(-1)?.hash ?? genesisHash;
  const made = records
    .filter(({ sequence }) => sequence >= from)
    .map(({ hash: _hash, ...content }, i) => {
      const record = seal({ ...content, ...(i === 0 ? change : {}), prevhash });
      prevhash = record.hash;
      return record;
    });
  return [...kept, ...made];
}

/** Signs the head of the agent beside that of another one. */
export function signedHead(number: number, head: Place, key: TestKey = ownKey): SignedHead {
  const heads = [
    { agent: agentId, ...head },
    { agent: 'b2', sequence: number, hash: 'f'.repeat(64) },
  ];
  const body: CheckpointBody = {
    format: 'ymera-checkpoint/1',
    installation,
    number,
    time,
    previous: genesisHash,
    root: headsRoot(heads),
    size: heads.length,
    keyId: key.key.keyId,
  };
  const text = canonicalText(body);
  return { body: text, signature: key.sign(text), head, leaf: proveHead(number, heads, 0) };
}

export function tombstoneTo(last: EventRecord, key: TestKey = ownKey): SignedTombstone {
  const { sequence: to, hash } = last;
  const body: TombstoneBody = {
    format: 'ymera-tombstone/1',
    installation,
    agent: agentId,
    from: 1,
    to,
    before: genesisHash,
    last: hash,
    records: to,
    class: 'standard',
    time,
    keyId: key.key.keyId,
  };
  const text = canonicalText(body);
  return { body: text, signature: key.sign(text) };
}

/** 12 records in three runs of four, the heads 3, 8 and 12 signed. */
export function soundPast(): Past {
  const records = recordsFrom({ sequence: 0, hash: genesisHash }, 12);
  const runs = [0, 1, 2].map((i) => ({
    runId: `run-${i}`,
    previousRunId: i === 0 ? null : `run-${i - 1}`,
    nextRunId: i === 2 ? null : `run-${i + 1}`,
    closed: i < 2,
    firstSequence: i * 4 + 1,
    lastSequence: i * 4 + 4,
    sound: true,
    unreadable: null,
    told: records.slice(i * 4, i * 4 + 4).map((record) => ({ record, sender: 'ann' })),
  }));
  const heads = [3, 8, 12].map((sequence, i) => {
    return signedHead(i + 1, { sequence, hash: (records[sequence - 1] as EventRecord).hash });
  });
  return { records, runs, heads, tombstones: [], keys: new Map([[ownKey.key.keyId, ownKey.key]]) };
}

/** Feeds a past to the check in the order that it wants. */
export function checked({ records, runs, heads, tombstones, keys }: Past): Verdicts & { coverage: Coverage } {
  const check = new AgentCheck({ agent: agentId, installation, keys, tombstones });
  const [restOfRecords, restOfHeads] = [[...records], [...heads]];
  const feed = (to: number): void => {
    while (restOfHeads[0] && restOfHeads[0].head.sequence <= to) {
      const { body, signature, head, leaf } = restOfHeads.shift() as SignedHead;
      check.claim(openCheckpoint({ body, signature }, installation, keys), head, leaf);
    }
    while (restOfRecords.length > 0 && ((restOfRecords[0] as EventRecord | null)?.sequence ?? 0) <= to) {
      check.record(restOfRecords.shift());
    }
  };
  for (const { told, ...facts } of runs) {
    check.run(facts);
    for (const { record, sender } of told) check.tell(record, sender);
    feed(check.told);
  }
  feed(Infinity);
  check.finish();
  return { ...check.findings.verdicts, coverage: check.coverage };
}
