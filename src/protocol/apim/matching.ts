import { gatewayOperations, type GatewayOperation } from './operations.ts';

/** How far an API of a gateway is one of a web service. */
export interface OperationMatch {
  /** Those of the five operations that it does not have. */
  readonly missing: readonly GatewayOperation[];
  /** What stands before `/workspaces/…` in its templates. */
  readonly prefix: string;
  /** The ids, where the templates have them in the place of parameters. */
  readonly workspaceId?: string;
  readonly endpointId?: string;
}

interface Group extends Omit<OperationMatch, 'missing'> {
  readonly methods: Set<GatewayOperation>;
}

/**
 * Finds the five operations among those of an API by their methods and by the shape of their templates' paths: what
 * parameters and operations are called, and where the query is declared, is up to who published it.
 */
export function matchOperations(
  operations: readonly { readonly method: string; readonly urlTemplate: string }[],
): OperationMatch {
  const groups = new Map<string, Group>();
  for (const { method, urlTemplate } of operations) {
    for (const { operation, path } of shapes) {
      const parts =
        method.toUpperCase() === operation.method ? path.exec(pathOf(urlTemplate))?.groups : undefined;
      if (parts === undefined) continue;
      const { prefix = '', workspace, endpoint } = parts;
      const key = JSON.stringify([prefix, idIn(workspace), idIn(endpoint)]);
      const group = groups.get(key) ?? groupOf(prefix, idIn(workspace), idIn(endpoint));
      groups.set(key, group);
      group.methods.add(operation);
    }
  }
  const best = [...groups.values()].toSorted((a, b) => b.methods.size - a.methods.size)[0];
  const { methods, ...found } = best ?? groupOf('', undefined, undefined);
  return { ...found, missing: gatewayOperations.filter((operation) => !methods.has(operation)) };
}

function groupOf(prefix: string, workspaceId: string | undefined, endpointId: string | undefined): Group {
  return {
    prefix,
    ...(workspaceId !== undefined && { workspaceId }),
    ...(endpointId !== undefined && { endpointId }),
    methods: new Set(),
  };
}

const shapes = gatewayOperations.map((operation) => ({ operation, path: shapeOf(operation) }));

function shapeOf({ urlTemplate }: GatewayOperation): RegExp {
  const path = pathOf(urlTemplate)
    .replace('{workspace}', '(?<workspace>[^/]+)')
    .replace('{service}', '(?<endpoint>[^/]+)')
    .replace('{jobid}', '\\{[^/]+\\}');
  return new RegExp(`^(?<prefix>.*)${path}/?$`, 'i');
}

function pathOf(urlTemplate: string): string {
  return urlTemplate.replace(/\?.*$/, '');
}

/** The id in a segment of a template; undefined for a parameter. */
function idIn(segment: string | undefined): string | undefined {
  return segment?.startsWith('{') ? undefined : segment;
}
