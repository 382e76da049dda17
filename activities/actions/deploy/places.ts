import { join } from 'node:path';
import type { Static } from '@sinclair/typebox';
import type { PlanContext } from '../action';
import { allowedPath } from '../roots';
import { containersBuildOf, containersHost, engineOf } from './containers-host';
import type { Build, ServiceHost } from './host';
import { processesBuildOf, processesHost } from './processes-host';
import type { containersBuild, Place, processesBuild } from './service';

/** What a service is locked by: two places are two services. */
export async function placeKey(service: string, on: Place, context: PlanContext): Promise<string> {
  return on.type === 'containers' ? `service:${service}` : `service:${await folderOf(service, on, context)}`;
}

/** @throws ActionError `not_allowed` */
export async function hostOf(
  { service, on, stop_within: stopWithin = 10 }: { service: string; on: Place; stop_within?: number },
  context: PlanContext,
): Promise<ServiceHost> {
  if (on.type === 'containers') return containersHost(engineOf(context), service, stopWithin);
  return processesHost(await folderOf(service, on, context), stopWithin, context);
}

/** @throws ActionError `not_allowed`, `not_found` */
export async function buildOf(
  service: string,
  on: Static<typeof containersBuild> | Static<typeof processesBuild>,
  ports: number[],
  context: PlanContext,
): Promise<Build> {
  if (on.type === 'containers') return containersBuildOf(engineOf(context), service, on, ports, context.runId);
  return processesBuildOf(await folderOf(service, on, context), on, ports, context);
}

async function folderOf(service: string, { folder }: { folder: string }, context: PlanContext): Promise<string> {
  return allowedPath(join(folder, service), 'write', context);
}
