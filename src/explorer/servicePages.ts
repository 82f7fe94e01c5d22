import type { WebService, Workspace } from '../catalog/index.ts';
import type { ExplorerNode } from '../shared/explorerNode.ts';

export type ServiceNode = Extract<ExplorerNode, { node: 'service' }>;
export type PageNode = Extract<ExplorerNode, { node: 'page' }>;

/** More services than this are in pages: VS Code draws a level whole, and nobody reads that far. */
const mostWithoutPages = 1_000;
const pageSize = 200;

/** The services of a workspace as the tree has them: in their own order or, in pages, by name. */
export class ServicePages {
  readonly services: readonly ServiceNode[];
  readonly pages: readonly PageNode[];

  private constructor(workspace: Workspace) {
    const services = workspace.services.flatMap((service) => serviceNode(workspace, service) ?? []);
    const inPages = services.length > mostWithoutPages;
    this.services = inPages ? services.sort((one, other) => byName.compare(one.name, other.name)) : services;
    this.pages = Array.from({ length: inPages ? Math.ceil(services.length / pageSize) : 0 }, (_, page) => ({
      node: 'page',
      workspace: workspace.name,
      first: page * pageSize,
    }));
  }

  /** Sorts once: a workspace never changes, another one takes its place. */
  static of(workspace: Workspace): ServicePages {
    let made = known.get(workspace);
    if (made === undefined) known.set(workspace, (made = new ServicePages(workspace)));
    return made;
  }

  /** The services of a page. */
  on({ first }: PageNode): readonly ServiceNode[] {
    return this.services.slice(first, first + pageSize);
  }

  /** The page that has this service; undefined where there are no pages. */
  pageOf({ service }: ServiceNode): PageNode | undefined {
    const index = this.services.findIndex((each) => each.service === service);
    return this.pages[Math.floor(index / pageSize)];
  }
}

const known = new WeakMap<Workspace, ServicePages>();
const byName = new Intl.Collator(undefined, { numeric: true });

/** The node of a service; undefined for one that has neither endpoints nor a way to list them. */
export function serviceNode(
  { name: workspace }: Workspace,
  { name, discovered, serviceId, endpoints }: WebService,
): ServiceNode | undefined {
  const service = discovered === true ? serviceId : endpoints[0]?.endpointId;
  return service === undefined ? undefined : { node: 'service', workspace, service, name };
}
