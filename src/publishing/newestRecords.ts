import { keyNameFor } from '../protocol/apim/publication.ts';
import { isSameApi, type PublicationRecord } from './publicationRecord.ts';

/** Of records, the newest first, the newest of each API. */
export function newestOfEachApi(records: readonly PublicationRecord[]): readonly PublicationRecord[] {
  return records.filter((record, index) => records.findIndex((each) => isSameApi(each, record)) === index);
}

/**
 * Of records, the newest first, those whose gateway adds the key of an endpoint. What an API added before, it does not
 * add any more once it was published with other keys; without any, it keeps its policy.
 */
export function recordsWithKey(
  records: readonly PublicationRecord[],
  endpointId: string,
): readonly PublicationRecord[] {
  const withKeys = records.filter(
    ({ publication }) => publication.keyName !== undefined || publication.endpointKeys !== undefined,
  );
  return newestOfEachApi(withKeys).filter(
    ({ publication }) => keyNameFor(publication, endpointId) !== undefined,
  );
}
