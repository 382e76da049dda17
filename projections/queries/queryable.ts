import type { Pool, PoolClient } from 'pg';

/** A pool, or one connection within a transaction. */
export type Queryable = Pick<Pool | PoolClient, 'query'>;
