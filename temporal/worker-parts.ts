import { join } from 'node:path';
import { makeTelemetryFilterString, NativeConnection, Runtime, type WorkerOptions } from '@temporalio/worker';
import type { EncryptionKey } from '../infra/encryption-keys';
import type { Logger } from '../infra/logger';
import { distDir } from '../infra/paths';
import { EncryptionCodec } from './codec/encryption-codec';
import { temporalLogger } from './temporal-logger';

/**
 * The SDK's native core, once in a process: it logs with ours, and leaves signals to us.
 * @param metrics where its own metrics are served, `host:port`
 */
export function installRuntime(logger: Logger, metrics?: string): void {
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) },
      ...(metrics === undefined ? {} : { metrics: { prometheus: { bindAddress: metrics, ...likeOurs } } }),
    },
    shutdownSignals: [],
  });
}

/** Prometheus's own conventions, which our metrics follow too. */
const likeOurs = { countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };

/** A worker's connection; on loopback compressing costs more than it saves. @throws where Temporal does not answer */
export function connectWorker(address: string): Promise<NativeConnection> {
  return NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
}

/** The code that a worker runs, and how it reads and writes payloads: a worker that encrypts has a bundle of its own. */
export function workerCode(
  encryption: readonly EncryptionKey[],
): Required<Pick<WorkerOptions, 'dataConverter'>> & { workflowBundle: { codePath: string } } {
  const encrypts = encryption.length > 0;
  return {
    workflowBundle: { codePath: join(distDir, encrypts ? 'workflow-bundle-encrypted.js' : 'workflow-bundle.js') },
    dataConverter: {
      payloadCodecs: [new EncryptionCodec(encryption)],
      ...(encrypts ? { failureConverterPath: join(distDir, 'failure-converter.js') } : {}),
    },
  };
}
