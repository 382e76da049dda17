import { Value } from '@sinclair/typebox/value';
import { canonicalText } from '../../actors/core/canonical';
import { exportedHead, type ExportedHead } from '../../actors/core/evidence/manifest';
import { openCheckpoint, type OpenedCheckpoint } from '../../actors/core/evidence/signed-check';
import type { Envelope, EnvelopeFault } from './envelope';
import { Unreadable } from './unreadable';
import type { ZipBundle } from './zip-bundle';

/** A head that the bundle says was signed, and what there is to show for it. */
export interface ClaimedHead {
  checkpoint: OpenedCheckpoint;
  head: ExportedHead['head'];
  proof: ExportedHead['proof'];
}

const path = 'checkpoints.ndjson';
const mostHeads = 2_000_000;

/** The signed heads of a bundle, by agent, lower sequences first. Adds to the envelope's faults what can't be read. */
export async function signedHeads(zip: ZipBundle, envelope: Envelope): Promise<Map<string, ClaimedHead[]>> {
  const { manifest, keys, faults } = envelope;
  const heads = new Map<string, ClaimedHead[]>();
  if (!zip.has(path)) return heads;
  let count = 0;
  let last = { text: '', signature: '', opened: null as OpenedCheckpoint | null };
  for await (const line of zip.lines(path)) {
    if ((count += 1) > mostHeads) throw new Unreadable(`${path} has more than ${mostHeads} lines`);
    const given = read(line);
    if (!given) {
      faults.push(unreadableLine(count));
      continue;
    }
    const { body, signature, head, proof } = given;
    const text = canonicalText(body);
    // Many heads are under one checkpoint: its signature is checked once.
    if (last.opened === null || last.text !== text || last.signature !== signature) {
      last = { text, signature, opened: openCheckpoint({ body: text, signature }, manifest.installation, keys.keys) };
    }
    const those = heads.get(head.agent) ?? [];
    those.push({ checkpoint: last.opened as OpenedCheckpoint, head, proof });
    heads.set(head.agent, those);
  }
  for (const those of heads.values()) those.sort((a, b) => a.head.sequence - b.head.sequence);
  return heads;
}

function read(line: string): ExportedHead | null {
  try {
    const given = JSON.parse(line) as unknown;
    return Value.Check(exportedHead, given) ? given : null;
  } catch {
    return null;
  }
}

function unreadableLine(line: number): EnvelopeFault {
  return { code: 'malformed', path, message: `line ${line} of ${path} is no signed head` };
}
