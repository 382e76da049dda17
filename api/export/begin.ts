import { uuidv7 } from 'uuidv7';
import type { ExportScope } from '../../actors/core/evidence/manifest';
import type { ConcernedAgent, ExportFilter } from '../../projections/queries/evidence-export';
import type { Dependencies } from '../dependencies';
import type { Call, Reply } from '../route';
import { BundleZip } from './bundle-zip';
import { writeBundle } from './write-bundle';

export const zipType = 'application/zip';

/** Who asks for what. */
export interface Asked {
  scope: ExportScope;
  filter: ExportFilter;
  agents: ConcernedAgent[];
}

/**
 * Begins an export: signs where all chains stand, puts on record who takes what, and answers with a bundle that is made while it is
 * read. Before its manifest goes out, the hash of that is on record too.
 * @throws Problem `unavailable` | `too_many_streams`; nothing was sent then
 */
export async function beginExport(
  { evidence, keeper, places, logger }: Pick<Dependencies, 'evidence' | 'keeper' | 'places' | 'logger'>,
  { principal, gone, record }: Pick<Call, 'principal' | 'gone' | 'record'>,
  asked: Asked,
): Promise<Reply> {
  places.exports.take(principal.subject, gone());
  await keeper.makeCheckpoint();
  const exportId = uuidv7();
  const createdAt = new Date();
  const about = exportId;
  const detail = { scope: JSON.stringify(asked.scope), agents: String(asked.agents.length) };
  await record({ type: 'EvidenceExportBegun', about, detail });
  const zip = new BundleZip(createdAt);
  const job = { exportId, createdAt: createdAt.toISOString(), createdBy: principal.subject, ...asked };
  writeBundle(zip, job, { evidence, keeper }, ({ records, agents, manifest }) =>
    record({
      type: 'EvidenceExported',
      about,
      detail: { scope: detail.scope, agents: String(agents), records: String(records), manifest },
    }),
  ).catch((error: Error) => {
    if (!zip.gone.aborted) logger.error({ err: error, exportId }, 'an export broke off');
    zip.fail(error);
  });
  const headers = { 'Content-Disposition': `attachment; filename="ymera-evidence-${exportId}.zip"` };
  return { body: zip.stream, type: zipType, headers };
}
