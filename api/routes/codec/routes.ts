import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { DecryptionError } from '../../../temporal/codec/encryption-codec';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import { codecQuery, payloads, type PayloadJson } from './schema';

const { Payload: PayloadMessage } = temporal.api.common.v1;

/** One half of Temporal's remote codec protocol. A payload may hold anything that an agent was ever told. */
function remoteCodec(name: 'encode' | 'decode', summary: string): Route {
  return route({
    method: 'post',
    path: `/codec/${name}`,
    operationId: `${name}Payloads`,
    tag: 'codec',
    permission: 'codec:decode',
    summary,
    description: "For Temporal's own tools: `temporal … --codec-endpoint <origin>/api/v1/codec`, or the UI.",
    query: codecQuery,
    body: payloads,
    responses: { 200: { description: 'As many, in the same order.', schema: payloads } },
    problems: ['undecodable_payload'],
    async handler({ body, record, deps: { codec } }) {
      const given = body.payloads.map(fromJson);
      const made = await codec[name](given).catch(refuse);
      if (name === 'decode') await record({ type: 'PayloadsDecrypted', detail: { count: String(made.length) } });
      // What the codec has let pass goes back just as it came.
      const shown = made.map((payload, i) => (payload === given[i] ? body.payloads[i] : toJson(payload)));
      return { body: { payloads: shown } };
    },
  });
}

function refuse(error: unknown): never {
  if (!(error instanceof DecryptionError)) throw error;
  throw new Problem('undecodable_payload', error.message, [], {}, { cause: error });
}

function fromJson({ metadata = {}, data = '' }: PayloadJson): Payload {
  const fields = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(fields) as Record<string, Uint8Array>, data: Buffer.from(data, 'base64') };
}

function toJson(payload: Payload): object {
  return PayloadMessage.toObject(PayloadMessage.fromObject(payload), { bytes: String });
}

export const codecRoutes: Route[] = [
  remoteCodec('encode', 'Encrypt payloads'),
  remoteCodec('decode', 'Decrypt payloads; those that are not encrypted pass'),
];
