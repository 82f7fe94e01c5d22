import { parseBlobUrl } from '../../protocol/studio/bes.ts';
import type { JobInput } from '../../shared/jobData.ts';
import type { BlobClient } from '../../storage/index.ts';
import { isInOwnFolder, type JobRecord } from '../jobRecord.ts';
import type { ParameterValues } from '../parameters.ts';

/** What a fresh document says beside its service. */
export interface JobMembers {
  readonly storage?: string;
  readonly inputs: Readonly<Record<string, JobInput>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly globalParameters: ParameterValues;
  readonly generation?: string;
}

/**
 * What a job was submitted with, as far as it is kept. Outputs that had a new blob get a new one again, and those that
 * the service chose are left out too. `client` is the job's storage, where that is still there.
 */
export function membersOf(record: JobRecord, client: BlobClient | undefined): JobMembers {
  const outputs = Object.entries(record.outputs).flatMap(([name, { relativeLocation, url }]) => {
    const address = parseBlobUrl(url);
    const isChosen = address !== undefined && client?.holds(address) === true;
    return isChosen && !isInOwnFolder(relativeLocation) ? [[name, relativeLocation] as const] : [];
  });
  return {
    ...(record.storage === undefined ? {} : { storage: record.storage }),
    inputs: Object.fromEntries(Object.entries(record.inputs).map(([name, input]) => [name, inputOf(input)])),
    ...(outputs.length === 0 ? {} : { outputs: Object.fromEntries(outputs) }),
    globalParameters: record.parameterValues ?? {},
    ...(record.generation === undefined ? {} : { generation: record.generation }),
  };
}

function inputOf({ file, url, relativeLocation }: JobRecord['inputs'][string]): JobInput {
  if (file !== undefined) return { file };
  return url === undefined ? { blob: relativeLocation } : { url };
}
