import type { Client } from '@temporalio/client';
import { decodeFromPayloadsAtIndex, encodeToPayload } from '@temporalio/common/lib/internal-non-workflow';
import { temporal } from '@temporalio/proto';
import { isEncrypted } from './encryption-codec';

const { Payload } = temporal.api.common.v1;
const prefix = 'ymera-sealed:';

/** For what people write that Temporal keeps as a text, not as a payload: encrypted where payloads are. */
export async function sealText({ options }: Client, text: string): Promise<string> {
  const payload = await encodeToPayload(options.loadedDataConverter, text);
  // One that looks like a sealed one is sealed too, so that it is read back as it was.
  if (!isEncrypted(payload) && !text.startsWith(prefix)) return text;
  return prefix + Buffer.from(Payload.encode(payload).finish()).toString('base64');
}

/** The text that was sealed; one that was not, as it is. @throws DecryptionError */
export async function openText({ options }: Client, text: string): Promise<string> {
  if (!text.startsWith(prefix)) return text;
  const payload = Payload.decode(Buffer.from(text.slice(prefix.length), 'base64'));
  return decodeFromPayloadsAtIndex<string>(options.loadedDataConverter, 0, [payload]);
}
