import { isTransient } from '../../infra/postgres/pool';
import {
  askKeeper,
  KeeperFailure,
  type KeeperCall,
  type KeeperCalls,
} from '../../projections/queries/evidence-requests';
import type { Queryable } from '../../projections/queries/queryable';
import { unavailable } from '../problem';
import type { Keeper } from './ports';

/** The keeper, asked by way of Postgres. */
export function postgresKeeper(db: Queryable): Keeper {
  async function ask<K extends KeeperCall>(kind: K, input: KeeperCalls[K]['input']): Promise<KeeperCalls[K]['answer']> {
    try {
      return await askKeeper(db, kind, input);
    } catch (error) {
      if (error instanceof KeeperFailure) throw unavailable(error, `the keeper of evidence: ${error.message}`);
      throw isTransient(error) ? unavailable(error) : error;
    }
  }
  return {
    makeCheckpoint: async () => void (await ask('checkpoint', null)),
    archive: async (agent) => void (await ask('archive', { agent })),
    signManifest: (text) => ask('manifest', { text }),
  };
}
