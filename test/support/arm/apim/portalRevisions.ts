import type { ResourceType } from '../resources.ts';
import { ArmError } from '../wire.ts';
import { SERVICE } from './paths.ts';

/** States of the developer portal that were published. Source: azure-rest-api-specs apimportalrevisions.json. */
export const portalRevisions: ResourceType = {
  path: `${SERVICE}/portalRevisions/{revision}`,
  required: [],
  defaults: { description: '', isCurrent: false },
  filterable: ['isCurrent'],
  replacedStatus: 201,
  slow: ['PUT', 'PATCH'],
  pending: { status: 'publishing', provisioningState: 'InProgress' },
  accept: ({ properties, previous, call }) => {
    if (String(properties.description).length > 2000)
      throw ArmError.invalid([['description', 'description has at most 2000 characters.']]);
    if (call.method === 'PATCH' && previous?.properties.isCurrent === true && properties.isCurrent === false)
      throw ArmError.invalid([['isCurrent', 'Another revision has to be made the current one instead.']]);
    const now = new Date().toISOString();
    return {
      ...properties,
      statusDetails: null,
      status: 'completed',
      createdDateTime: previous?.properties.createdDateTime ?? now,
      updatedDateTime: now,
    };
  },
  complete: ({ store }, { id, properties }) => {
    if (properties.isCurrent !== true) return;
    const others = store.in(id.slice(0, id.lastIndexOf('/'))).filter((other) => other.id !== id);
    for (const other of others)
      if (other.properties.isCurrent === true)
        store.put({ ...other, properties: { ...other.properties, isCurrent: false } });
  },
};
