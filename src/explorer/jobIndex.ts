import type { Catalog, Workspace } from '../catalog/index.ts';
import type { Job, Jobs } from '../jobs/index.ts';

/** The jobs by id and by endpoint, until they change. */
export class JobIndex {
  readonly #jobs: Pick<Jobs, 'list'>;
  readonly #catalog: Pick<Catalog, 'workspaces'>;
  #byId: ReadonlyMap<string, Job> | undefined;
  #byEndpoint: ReadonlyMap<string, readonly Job[]> | undefined;

  constructor(jobs: Pick<Jobs, 'list'>, catalog: Pick<Catalog, 'workspaces'>) {
    this.#jobs = jobs;
    this.#catalog = catalog;
  }

  forget(): void {
    this.#byId = undefined;
    this.#byEndpoint = undefined;
  }

  find(localId: string): Job | undefined {
    this.#byId ??= new Map(this.#jobs.list().map((job) => [job.localId, job]));
    return this.#byId.get(localId);
  }

  /**
   * Newest first. An endpoint may be in several workspaces: a job is under the one that it was sent from, or, when that
   * was renamed, under the first of them, because a tree takes an element once.
   */
  of(workspace: string, endpointId: string): readonly Job[] {
    this.#byEndpoint ??= byEndpoint(this.#jobs.list());
    const workspaces = this.#catalog.workspaces();
    const names = new Set(workspaces.map(({ name }) => name));
    const jobs = this.#byEndpoint.get(endpointId) ?? [];
    const here = jobs.filter((job) => job.workspace === workspace || !names.has(job.workspace));
    const isHome =
      here.every((job) => job.workspace === workspace) || isFirst(workspaces, workspace, endpointId);
    return isHome ? here : here.filter((job) => job.workspace === workspace);
  }
}

/** Whether no workspace before this one has the endpoint. */
function isFirst(workspaces: readonly Workspace[], name: string, endpointId: string): boolean {
  const first = workspaces.find(({ services }) =>
    services.some(({ endpoints }) => endpoints.some((each) => each.endpointId === endpointId)),
  );
  return first?.name === name;
}

function byEndpoint(jobs: readonly Job[]): ReadonlyMap<string, readonly Job[]> {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const group = groups.get(job.endpointId);
    if (group === undefined) groups.set(job.endpointId, [job]);
    else group.push(job);
  }
  return groups;
}
