import type { Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { DecryptionError } from '../../../temporal/codec/encryption-codec';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import type { Principal } from '../../tokens';
import { codecQuery, payloads, type PayloadJson } from './schema';

const { Payload: PayloadMessage } = temporal.api.common.v1;

/** A payload may hold anything that an agent was ever told. @throws Problem `role_missing` */
function demandReader({ roles }: Principal): void {
  if (roles.includes('admin') || roles.includes('auditor')) return;
  throw new Problem('role_missing', 'payloads are shown to the roles admin and auditor');
}

/** One half of Temporal's remote codec protocol. */
function remoteCodec(name: 'encode' | 'decode', summary: string): Route {
  return route({
    method: 'post',
    path: `/codec/${name}`,
    operationId: `${name}Payloads`,
    tag: 'codec',
    summary,
    description: "For Temporal's own tools: `temporal … --codec-endpoint <origin>/api/v1/codec`, or the UI.",
    query: codecQuery,
    body: payloads,
    responses: { 200: { description: 'As many, in the same order.', schema: payloads } },
    problems: ['role_missing', 'undecodable_payload'],
    async handler({ body, principal, deps: { codec } }) {
      demandReader(principal);
      const given = body.payloads.map(fromJson);
      const made = await codec[name](given).catch(refuse);
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
