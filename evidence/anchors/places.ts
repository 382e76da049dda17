import type { Environment } from '../../infra/config';
import { filePlace } from './file-place';
import { gitPlace } from './git-place';
import type { Place } from './place';
import { webhookPlace } from './webhook-place';

/** The places outside that the environment names. */
export function placesOf(env: Environment): Place[] {
  return [
    ...(env.EVIDENCE_ANCHOR_FILE === undefined ? [] : [filePlace(env.EVIDENCE_ANCHOR_FILE)]),
    ...(env.EVIDENCE_ANCHOR_GIT === undefined ? [] : [gitPlace(env.EVIDENCE_ANCHOR_GIT)]),
    ...(env.EVIDENCE_ANCHOR_WEBHOOK === undefined ? [] : [webhookPlace(env.EVIDENCE_ANCHOR_WEBHOOK)]),
  ];
}
