import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { projectRoot } from '../infra/paths';
import { echo } from './bare/activities';

/** The worker of the bare workflow, in a process of its own and with the settings of Ymera's worker. */
async function main(): Promise<void> {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({
    logger,
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(projectRoot, 'bench/bare/workflow.ts'),
    logger,
  });
  const address = process.env['TEMPORAL_ADDRESS'] ?? '';
  const connection = await NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
  const worker = await Worker.create({
    connection,
    taskQueue: 'bare',
    workflowBundle,
    activities: { echo },
    maxConcurrentActivityTaskExecutions: 2000,
    stickyQueueScheduleToStartTimeout: '500ms',
  });
  // The bench is over; its Temporal may be gone already, so there is nobody to take leave of.
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
  await worker.run();
}

void main();
