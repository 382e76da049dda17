import type { AgentCarry } from '../workflows/messages';
import type { TakenHistory } from '../temporal/run-history';
import type { NewSchedule } from '../temporal/schedule';
import type { BackedUpTable } from './tables';

/** What a backup is made of: one JSON value a line, in the order of these types; the last line closes it. */
export type BackupLine =
  | BackupHead
  | { type: 'keys'; keys: Keys }
  | ({ type: 'table' } & BackedUpTable)
  /** A piece of a table in the text format of COPY; pieces of one table follow each other. */
  | { type: 'rows'; copy: string }
  | BackedUpHistory
  | BackedUpWorkflow
  | { type: 'schedule'; schedule: NewSchedule }
  | BackupEnd;

export interface BackupHead {
  type: 'ymera-backup';
  format: 1;
  /** Of the release that made it. */
  version: string;
  /** ISO 8601: the moment of which the ledger is. */
  takenAt: string;
  /** The `installation` that it is of. */
  installation: string;
  /** Migrations that the database had, in their order. */
  migrations: string[];
}

/** Secrets by which an installation is what it is. Members are absent where there are none. */
export interface Keys {
  secretKey?: string;
  secretKeyPrevious?: string;
  encryptionKey?: string;
  /** PEM of the key that signs evidence. */
  evidenceKey?: string;
  /** Of the admin of an embedded stack. */
  credentials?: { username: string; password: string };
}

/** A raw history that the archive in the database lacks, that of an open run cut where its agent was taken. */
export interface BackedUpHistory {
  type: 'history';
  history: TakenHistory['facts'] & NonNullable<TakenHistory['span']>;
  /** base64 */
  bytes: string;
}

/** A workflow that was open: what it would have gone on with in a new run. */
export interface BackedUpWorkflow {
  type: 'workflow';
  workflow: string;
  workflowId: string;
  input: unknown;
}

/** What an agent's workflow is made again with. */
export interface RestoredAgent {
  carried: AgentCarry;
}

export interface BackupEnd {
  type: 'end';
  rows: Record<string, number>;
  histories: number;
  workflows: number;
  schedules: number;
}
