import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';
import type { Servers } from '../infra/config';
import { EncryptionCodec } from './codec/encryption-codec';

/** One page of a history may hold many large events, as in the worker's own client. */
const mostReceived = 128 * 1024 * 1024;

/** How long a call takes at most that has no limit of its own, in ms: longer than the server lets anybody wait for news. */
const longestCallMs = 70_000;

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

const bounded: Interceptor = (options, nextCall) =>
  // What it hands on is a call like its own.
  nextCall({ ...options, deadline: options.deadline ?? Date.now() + longestCallMs }) as ReturnType<Interceptor>;

/**
 * A client that connects when it is first used, so that a process can start while Temporal is away.
 *
 * An Update that meets its workflow while it continues as new is refused with RESOURCE_EXHAUSTED, which the SDK takes for
 * overload and answers with 1.7 s of silence. Ymera continues as new often and has one Update per agent under way, so it
 * comes back at once and backs off from there.
 */
export function connectTemporal({ address, namespace, encryption }: Omit<Servers['temporal'], 'taskQueue'>): Client {
  const retries = defaultGrpcRetryOptions({
    initialIntervalMs: () => 8,
    maxIntervalMs: () => 1000,
    maxAttempts: 12,
  });
  const connection = Connection.lazy({
    address,
    connectTimeout: '3s',
    channelArgs: { 'grpc.max_receive_message_length': mostReceived },
    interceptors: [bounded, makeGrpcRetryInterceptor(retries)],
  });
  return new Client({ connection, namespace, dataConverter: { payloadCodecs: [new EncryptionCodec(encryption)] } });
}
