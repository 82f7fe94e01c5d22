import type { Catalog, Endpoint } from '../catalog/index.ts';
import type { JobRecord } from './jobRecord.ts';

/**
 * The endpoint that a job is at; a workspace that was renamed still has it under its address. Rejects with a `Failure`
 * when the catalog has it no more. `unasked` when no person waits for it: then nothing is started for it.
 */
export async function endpointOf(catalog: Catalog, record: JobRecord, unasked = false): Promise<Endpoint> {
  try {
    return await catalog.find(record.workspace, record.endpointId, { unasked });
  } catch (error) {
    const renamed = catalog
      .workspaces()
      .find(
        ({ baseUrl, services }) =>
          baseUrl === record.baseUrl &&
          services.some(({ endpoints }) =>
            endpoints.some(({ endpointId }) => endpointId === record.endpointId),
          ),
      );
    if (renamed === undefined) throw error;
    return catalog.find(renamed.name, record.endpointId, { unasked });
  }
}
