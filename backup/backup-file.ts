import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { BackupEnd, BackupHead, BackupLine, Keys } from './backup-line';
import { isSealed, opened, sealed, SealError } from './seal';

/** The file is none that this release can restore, or not all of it is there. */
export class BackupFileError extends Error {
  readonly code = 'backup_file';
}

/**
 * Writes a backup, all of it or nothing: mode 0600, sealed where there is a passphrase.
 * @throws the error of `lines` or of the file
 */
export async function writeBackup(
  file: string,
  lines: AsyncIterable<BackupLine>,
  passphrase: string | undefined,
): Promise<void> {
  const temporary = `${file}.part`;
  try {
    const text = async function* (): AsyncGenerator<string> {
      for await (const line of lines) yield `${JSON.stringify(line)}\n`;
    };
    const packed = new PassThrough();
    // First: what the passphrase is made to cost, seconds, is not to pass while the snapshot of the ledger grows old.
    const content = passphrase === undefined ? packed : await sealed(packed, passphrase);
    const packing = pipeline(Readable.from(text()), createGzip(), packed);
    // Heard of below, whoever fails first.
    packing.catch((error: Error) => packed.destroy(error));
    await Promise.all([packing, pipeline(content, createWriteStream(temporary, { flags: 'wx', mode: 0o600 }))]);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Reads a backup line by line.
 * @throws BackupFileError, SealError, or the error of the file; what was read before that is not to be relied on
 */
export async function* readBackup(file: string, passphrase: string | undefined): AsyncGenerator<BackupLine> {
  const start = await firstBytes(file);
  const content = createReadStream(file);
  const unpacked = createGunzip();
  try {
    const plain = isSealed(start) ? await opened(content, demanded(passphrase)) : content;
    const unpacking = pipeline(plain, unpacked);
    unpacking.catch(() => undefined);
    let rest = '';
    for await (const chunk of unpacked.setEncoding('utf8')) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as BackupLine;
    }
    await unpacking;
    if (rest !== '') throw new Error('it ends in the midst of a line');
  } catch (error) {
    if (error instanceof SealError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new BackupFileError(`${file} is damaged or no backup: ${why}`, { cause: error });
  } finally {
    content.destroy();
  }
}

/**
 * Reads a backup to its end, and looks whether everything is there that its last line speaks of.
 * @returns keys: none where it was made without them
 * @throws as `readBackup` does
 */
export async function checkBackup(
  file: string,
  passphrase: string | undefined,
): Promise<{ head: BackupHead; keys: Keys }> {
  let head: BackupHead | null = null;
  let end: BackupEnd | null = null;
  let keys: Keys = {};
  const counts = { histories: 0, workflows: 0, schedules: 0 };
  for await (const line of readBackup(file, passphrase)) {
    if (head === null) head = checkedHead(file, line);
    if (line.type === 'keys') ({ keys } = line);
    if (line.type === 'history') counts.histories += 1;
    if (line.type === 'workflow') counts.workflows += 1;
    if (line.type === 'schedule') counts.schedules += 1;
    if (line.type === 'end') end = line;
  }
  if (head === null || end === null) throw new BackupFileError(`${file} is cut: its last line is missing`);
  for (const name of ['histories', 'workflows', 'schedules'] as const) {
    if (counts[name] !== end[name]) throw new BackupFileError(`${file} holds ${counts[name]} ${name} of ${end[name]}`);
  }
  return { head, keys };
}

function checkedHead(file: string, line: BackupLine): BackupHead {
  if (line.type !== 'ymera-backup') throw new BackupFileError(`${file} is no backup of Ymera`);
  if (line.format !== 1) throw new BackupFileError(`${file} has a format that this release does not know`);
  return line;
}

function demanded(passphrase: string | undefined): string {
  if (passphrase === undefined) throw new SealError('the file is sealed: BACKUP_PASSPHRASE is missing');
  return passphrase;
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(32), 0, 32, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
