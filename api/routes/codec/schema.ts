import { Type, type Static } from '@sinclair/typebox';
import { accessExamples } from '../../examples/access';

const bytes = Type.String({ description: 'Base64.', pattern: '^[A-Za-z0-9+/_-]*={0,2}$' });

/** A payload in protobuf's JSON. What else it may hold passes. */
const payload = Type.Object(
  { metadata: Type.Optional(Type.Record(Type.String(), bytes)), data: Type.Optional(bytes) },
  { $id: 'Payload', description: "Temporal's `temporal.api.common.v1.Payload`." },
);

export type PayloadJson = Static<typeof payload>;

export const payloads = Type.Object(
  { payloads: Type.Array(payload) },
  { $id: 'Payloads', examples: [accessExamples.payloads] },
);

export const codecQuery = Type.Object({
  preserveStorageRefs: Type.Optional(
    Type.Boolean({ description: "Sent by Temporal's UI; no payload is stored elsewhere, so it changes nothing." }),
  ),
});
