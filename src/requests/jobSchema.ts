import { asObject, type JsonObject } from '../protocol/json.ts';
import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { parametersSchema, requiredMembers, type SchemaWords } from './operationSchema.ts';

/**
 * The JSON schema (draft-07) of a service's batch job documents: the format's own schema `base`, with the names of this
 * service's inputs and outputs, and its global parameters with their types.
 */
export function jobSchema(base: JsonObject, service: ServiceSchema, words: SchemaWords): JsonObject {
  const members = asObject(base.properties);
  const ports = (member: string, names: readonly string[]): JsonObject => {
    const { additionalProperties, ...format } = asObject(members[member]);
    return {
      ...format,
      properties: Object.fromEntries(names.map((name) => [name, additionalProperties])),
      additionalProperties: false,
    };
  };
  const inputs = service.inputs.map(({ name }) => name);
  return {
    ...base,
    ...(service.title === '' ? {} : { title: service.title }),
    required: [...new Set(['workspace', 'service', ...requiredMembers(service)])],
    properties: {
      ...members,
      inputs: { ...ports('inputs', inputs), required: inputs },
      outputs: ports(
        'outputs',
        service.outputs.map(({ name }) => name),
      ),
      globalParameters: parametersSchema(asObject(members.globalParameters), service, words),
    },
  };
}
