import { join } from 'node:path';
import { generateKeyPem } from '../infra/evidence-key';
import { exists, writePrivate } from './files';

/** The file of the key that signs evidence, made with mode 0600 on first use. @returns its path */
export async function keptEvidenceKey(home: string): Promise<string> {
  const file = join(home, 'evidence-key.pem');
  if (!(await exists(file))) await writePrivate(file, generateKeyPem());
  return file;
}
