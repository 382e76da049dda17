import { isGrpcServiceError, ServiceError, WorkflowNotFoundError } from '@temporalio/client';

/** Whether Temporal knows no such workflow, or has forgotten it. */
export function isNotFound(error: unknown): boolean {
  const grpcNotFound = 5;
  return error instanceof WorkflowNotFoundError || grpcCode(error) === grpcNotFound;
}

/** The gRPC status of an error of the client's, if it is one. */
export function grpcCode(error: unknown): number | undefined {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) ? Number(cause.code) : undefined;
}
