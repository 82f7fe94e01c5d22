import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import type { Endpoint, EndpointEntry, WebService, Workspace } from './model.ts';

/** All endpoints of a workspace, in the order of its services. */
export function endpointsOf(workspace: Workspace): readonly Endpoint[] {
  return indexOf(workspace).all;
}

/** The endpoint with this id, in any case. */
export function endpointById(workspace: Workspace, endpointId: string): Endpoint | undefined {
  return indexOf(workspace).byId.get(endpointId.toLowerCase());
}

/** The endpoints of one service. */
export function endpointsOfService(workspace: Workspace, service: WebService): readonly Endpoint[] {
  return service.endpoints.map((entry) => endpointOf(workspace, service, entry));
}

/** A service by its own id, or by the id of an endpoint of it. */
export function serviceByReference(workspace: Workspace, reference: string): WebService | undefined {
  return (
    endpointById(workspace, reference)?.service ?? indexOf(workspace).byServiceId.get(reference.toLowerCase())
  );
}

interface Index {
  readonly byServiceId: ReadonlyMap<string, WebService>;
  readonly all: readonly Endpoint[];
  readonly byId: ReadonlyMap<string, Endpoint>;
}

/** A workspace never changes: another one takes its place. */
const indexes = new WeakMap<Workspace, Index>();

function indexOf(workspace: Workspace): Index {
  let index = indexes.get(workspace);
  if (index === undefined) {
    const all = workspace.services.flatMap((service) => endpointsOfService(workspace, service));
    const byServiceId = new Map(
      workspace.services.flatMap((service) =>
        service.serviceId === undefined ? [] : [[service.serviceId.toLowerCase(), service]],
      ),
    );
    index = {
      byServiceId,
      all,
      byId: new Map(all.map((endpoint) => [endpoint.endpointId.toLowerCase(), endpoint])),
    };
    indexes.set(workspace, index);
  }
  return index;
}

export function endpointOf(workspace: Workspace, service: WebService, entry: EndpointEntry): Endpoint {
  return {
    workspace,
    service,
    name: entry.name,
    endpointId: entry.endpointId,
    label: service.endpoints.length > 1 ? `${service.name}/${entry.name}` : service.name,
    address: {
      baseUrl: workspace.baseUrl,
      style: workspace.style,
      workspaceId: workspace.workspaceId,
      endpointId: entry.endpointId,
    },
    ...(entry.facts && { facts: entry.facts }),
  };
}

/**
 * The endpoint that `service`, `service/endpoint` or an endpoint id means, or the id of a discovered service; names are
 * case-sensitive, ids are not.
 */
export function findEndpoint(workspace: Workspace, reference: string): Endpoint {
  const byId = endpointById(workspace, reference);
  if (byId !== undefined) return byId;
  const all = endpointsOf(workspace);
  const service = serviceByReference(workspace, reference);
  if (service?.discovered === true) {
    const of = endpointsOfService(workspace, service);
    const [first] = of.length > 1 ? of.filter(({ name }) => name === 'default') : of;
    if (first !== undefined) return first;
  }
  const byName = all.filter(
    (endpoint) =>
      endpoint.service.name === reference || `${endpoint.service.name}/${endpoint.name}` === reference,
  );
  const [only] = byName.length > 1 ? preferDefault(byName, reference) : byName;
  if (only === undefined) throw unknownService(workspace, reference, all);
  return only;
}

/** A service's name alone means its default endpoint, if that is the only one called so. */
function preferDefault(found: readonly Endpoint[], reference: string): readonly Endpoint[] {
  const defaults = found.filter((endpoint) => endpoint.name === 'default');
  if (defaults.length === 1) return defaults;
  throw new Failure({
    code: 'AmbiguousService',
    origin: 'client',
    sentence: vscode.l10n.t(
      '"{0}" means several endpoints: {1}. Name one as service/endpoint or by its id.',
      reference,
      found
        .map((endpoint) => `${endpoint.service.name}/${endpoint.name} (${endpoint.endpointId})`)
        .join(', '),
    ),
  });
}

function unknownService(workspace: Workspace, reference: string, all: readonly Endpoint[]): Failure {
  const known = all.map((endpoint) => endpoint.label).join(', ');
  return new Failure({
    code: 'UnknownService',
    origin: 'client',
    sentence:
      known === ''
        ? vscode.l10n.t('The workspace "{0}" has no web services. Add one.', workspace.name)
        : vscode.l10n.t(
            'The workspace "{0}" has no service "{1}". It has: {2}.',
            workspace.name,
            reference,
            known,
          ),
  });
}

export function unknownWorkspace(name: string, known: readonly Workspace[]): Failure {
  return new Failure({
    code: 'UnknownWorkspace',
    origin: 'client',
    sentence: vscode.l10n.t(
      'There is no workspace "{0}". There are: {1}.',
      name,
      known.map((workspace) => workspace.name).join(', '),
    ),
  });
}
