import * as v from 'valibot';

export const descriptionSchema = v.object({
  baseUrl: v.string(),
  managementUrl: v.string(),
  gatewayUrl: v.string(),
  subscriptionKey: v.string(),
  workspaceId: v.string(),
  workspaceToken: v.string(),
  storageConnectionString: v.string(),
  storageContainer: v.string(),
  services: v.array(
    v.object({ name: v.string(), serviceId: v.string(), endpointId: v.string(), apiKey: v.string() }),
  ),
});

/** Where the local service answers and with which keys. URLs do not end in a slash; `gatewayUrl` includes the URL suffix. */
export type LocalServiceDescription = v.InferOutput<typeof descriptionSchema>;
