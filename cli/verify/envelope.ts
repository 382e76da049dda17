import { createHash } from 'node:crypto';
import { Value } from '@sinclair/typebox/value';
import { canonicalText } from '../../actors/core/canonical';
import {
  manifestSchema,
  manifestSignatureSchema,
  type Manifest,
  type ManifestSignature,
} from '../../actors/core/evidence/manifest';
import { signatureFault, type SignatureFault } from '../../actors/core/evidence/signature';
import { trustedKeys, type TrustedKeys } from './trusted-keys';
import { Unreadable } from './unreadable';
import { shown, type ZipBundle } from './zip-bundle';

/** What is wrong with the bundle as a whole, whatever the records in it are. */
export interface EnvelopeFault {
  code: SignatureFault | 'untrusted_key' | 'malformed' | 'file_altered' | 'file_missing' | 'file_added';
  /** Of the file. */
  path?: string;
  message: string;
}

/** What holds the files of a bundle together: who signed for them, and whether they are what was signed. */
export interface Envelope {
  manifest: Manifest;
  keys: TrustedKeys;
  /** Id of the key that signed the manifest; null where no believed key has. */
  signedBy: string | null;
  faults: EnvelopeFault[];
}

const mostManifestBytes = 512 * 2 ** 20;
const mostKeysBytes = 2 ** 20;
/** Beside the files that the manifest lists. */
const unlisted = ['manifest.json', 'manifest.sig.json'];

/**
 * Reads manifest and keys and checks the signature and every file's hash.
 * @throws Unreadable where there is no manifest that can be read
 */
export async function openEnvelope(zip: ZipBundle, pins: readonly string[]): Promise<Envelope> {
  if (!zip.has('manifest.json')) throw new Unreadable('there is no manifest.json: it is no evidence bundle');
  const text = (await zip.bytes('manifest.json', mostManifestBytes)).toString('utf8');
  const manifest = parsed(text);
  if (!Value.Check(manifestSchema, manifest)) {
    const [first] = Value.Errors(manifestSchema, manifest);
    throw new Unreadable(
      `manifest.json is none of a ymera-evidence/1 bundle: ${first?.path ?? ''} ${first?.message ?? ''}`,
    );
  }
  const given = zip.has('keys.json') ? parsed((await zip.bytes('keys.json', mostKeysBytes)).toString('utf8')) : null;
  const keys = trustedKeys(given, pins);
  const faults: EnvelopeFault[] = [];
  if (canonicalText(manifest) !== text) {
    faults.push({ code: 'malformed', path: 'manifest.json', message: 'manifest.json is not canonical JSON' });
  }
  if (keys.fault !== null) faults.push({ code: 'untrusted_key', path: 'keys.json', message: keys.fault });
  const signature = await signatureOf(zip);
  const fault = manifestFault(manifest, text, signature, keys);
  if (fault) faults.push({ ...fault, path: 'manifest.sig.json' });
  faults.push(...(await fileFaults(zip, manifest)));
  return { manifest, keys, signedBy: fault === null ? (signature?.keyId ?? null) : null, faults };
}

async function signatureOf(zip: ZipBundle): Promise<ManifestSignature | null> {
  if (!zip.has('manifest.sig.json')) return null;
  const signature = parsed((await zip.bytes('manifest.sig.json', mostKeysBytes)).toString('utf8'));
  return Value.Check(manifestSignatureSchema, signature) ? signature : null;
}

function manifestFault(
  { keyId, createdAt: time }: Manifest,
  text: string,
  signed: ManifestSignature | null,
  { keys, pinned }: TrustedKeys,
): Omit<EnvelopeFault, 'path'> | null {
  const unsigned = (message: string): Omit<EnvelopeFault, 'path'> => ({ code: 'unsigned', message });
  if (!signed) return unsigned('the manifest is not signed');
  if (signed.keyId !== keyId) return unsigned(`the manifest names key ${keyId}, and its signature key ${signed.keyId}`);
  if (!keys.has(keyId)) {
    const whose = pinned ? `neither ${pinned.join(' nor ')} nor a key vouched for by it` : 'no key of the bundle';
    return unsigned(`the manifest is signed by key ${keyId}, which is ${whose}`);
  }
  const code = signatureFault({ text, signature: signed.signature, keyId, time }, keys);
  if (code === 'unsigned') return unsigned(`the manifest is not what key ${keyId} has signed: it was edited`);
  return code && { code, message: `the manifest is signed by key ${keyId} after that was retired` };
}

async function fileFaults(zip: ZipBundle, { files }: Manifest): Promise<EnvelopeFault[]> {
  const faults: EnvelopeFault[] = [];
  const listed = new Set(unlisted);
  for (const { path, sha256, bytes } of files) {
    if (listed.has(path)) {
      faults.push({ code: 'malformed', path, message: `the manifest lists ${shown(path)} twice` });
      continue;
    }
    listed.add(path);
    if (!zip.has(path)) {
      faults.push({ code: 'file_missing', path, message: `${shown(path)} is missing` });
      continue;
    }
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of zip.chunks(path)) {
      hash.update(chunk);
      size += chunk.length;
    }
    if (hash.digest('hex') === sha256 && size === bytes) continue;
    faults.push({ code: 'file_altered', path, message: `${shown(path)} is not the file that the manifest lists` });
  }
  for (const path of zip.paths) {
    if (listed.has(path)) continue;
    faults.push({ code: 'file_added', path, message: `${shown(path)} is not in the manifest` });
  }
  return faults;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
