import { asObject, asText, isJsonObject, type JsonObject } from '../json.ts';

/** How far something is that Azure does in its own time. */
export type OperationState = 'running' | 'succeeded' | 'failed';

/**
 * The state in the body of a poll, where API Management writes it among the properties and others at the top;
 * undefined when it is not there. Source: azure-docs async-operations.md, azure-rest-api-specs apimanagement
 * definitions.json (`OperationResultContract`).
 */
export function operationStateIn(body: unknown): OperationState | undefined {
  const object = asObject(body);
  return stateOf(asText(object.status) ?? asText(asObject(object.properties).status));
}

/** The state of a resource that is being made; one that says nothing is made. */
export function provisioningStateIn(body: unknown): OperationState {
  return stateOf(asText(asObject(asObject(body).properties).provisioningState)) ?? 'succeeded';
}

/** The error of an operation that failed, in the body of its poll. */
export function operationErrorIn(body: unknown): JsonObject {
  const object = asObject(body);
  const { error = asObject(object.properties).error } = object;
  return isJsonObject(error) ? error : { code: 'OperationFailed', message: '' };
}

function stateOf(status: string | undefined): OperationState | undefined {
  switch (status?.toLowerCase()) {
    case undefined:
      return undefined;
    case 'succeeded':
      return 'succeeded';
    case 'failed':
    case 'canceled':
    case 'cancelled':
      return 'failed';
    default:
      return 'running';
  }
}
