import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file that only its owner may read (mode 0600), all of it or nothing: a reader never sees half. */
export async function writePrivate(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    await handle.writeFile(content).finally(() => handle.close());
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The file's text, or null where there is none. */
export async function readOptional(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** A JSON file's value, or null where there is none or it cannot be parsed. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readOptional(file);
  try {
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

/** `bytes` random bytes in base64url: 18 give 24 characters. */
export function randomSecret(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** The secret kept in `file`, generated and stored with mode 0600 on first use. */
export async function keptSecret(file: string, bytes: number): Promise<string> {
  const kept = (await readOptional(file))?.trim();
  if (kept) return kept;
  const secret = randomSecret(bytes);
  await writePrivate(file, `${secret}\n`);
  return secret;
}

/** Whether a file or folder is there. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
