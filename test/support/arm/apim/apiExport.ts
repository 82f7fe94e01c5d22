import { asText } from '../../../../src/protocol/json.ts';
import type { JsonObject } from '../../../../src/protocol/json.ts';
import { instanceId } from '../resources.ts';
import type { Context } from '../resources.ts';
import type { Entity } from '../store.ts';
import { ArmError } from '../wire.ts';
import type { Answer, Call } from '../wire.ts';
import { openApiDocument, swaggerDocument } from './openApi.ts';
import type { PublishedApi } from './openApi.ts';

interface ExportFormat {
  /** The name that the answer gives to it. */
  readonly shown: string;
  readonly extension: string;
  readonly write: (api: PublishedApi) => JsonObject;
}

/** By the name that the query gives to it. JSON is YAML as well, which is what `openapi-link` is for. */
const FORMATS: Readonly<Record<string, ExportFormat>> = {
  'swagger-link': { shown: 'swagger-link-json', extension: 'json', write: swaggerDocument },
  'openapi-link': { shown: 'openapi-link', extension: 'yaml', write: openApiDocument },
  'openapi+json-link': { shown: 'openapi+json-link', extension: 'json', write: openApiDocument },
};

/** An API as a document at a link, when a call asks for that. Source: azure-rest-api-specs apimapis.json (`ApiExport`). */
export function exportedApi({ store, exports }: Context, call: Call, api: Entity): Answer | undefined {
  if (call.query.get('export') !== 'true') return undefined;
  const asked = call.query.get('format') ?? '';
  const format = FORMATS[asked];
  if (!format) throw ArmError.invalid([['format', `The emulator does not export ${asked}.`]]);
  const gatewayUrl = asText(store.get(instanceId(api.id))?.properties.gatewayUrl) ?? '';
  const operations = store.in(`${api.id}/operations`);
  const text = JSON.stringify(format.write({ api, operations, gatewayUrl }), undefined, 2);
  const name = `${asText(api.properties.displayName) ?? api.name}.${format.extension}`;
  const link = exports.add(call.url.origin, name, text);
  return { status: 200, body: { id: api.id, format: format.shown, value: { link } } };
}
