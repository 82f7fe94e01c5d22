import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { LocalServiceOptions } from '../../../src/local-service/options.ts';
import { startLocalService, type RunningLocalService } from '../../../src/local-service/server.ts';
import type { OutputTable, WebService } from '../../../src/local-service/webService.ts';
import type { Cell, Column, ServiceSchema } from '../../../src/protocol/studio/serviceSchema.ts';
import { eventually } from '../../support/eventually.ts';

/** The members of a job's status, and of a reference to an output. */
export interface JobStatus {
  readonly StatusCode: string;
  readonly Results: Readonly<Record<string, OutputReference>> | null;
  readonly Details: string | null;
}

export interface OutputReference {
  readonly ConnectionString: null;
  readonly RelativeLocation: string;
  readonly BaseLocation: string;
  readonly SasBlobToken: string;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A local service and the plainest client of it: `fetch`, so that nothing of the extension is in between. */
export class LocalTestService {
  readonly running: RunningLocalService;

  private constructor(running: RunningLocalService) {
    this.running = running;
  }

  static async start(options: LocalServiceOptions = {}): Promise<LocalTestService> {
    return new LocalTestService(await startLocalService(options));
  }

  get local(): RunningLocalService['description'] {
    return this.running.description;
  }

  /** Path of an endpoint, the first one unless a service is named. */
  path(name?: string): string {
    return `/workspaces/${this.local.workspaceId}/services/${this.#service(name).endpointId}`;
  }

  /** Calls the data plane with the API key of the named service; text bodies are sent as they are. */
  call(
    pathAndQuery: string,
    { method = 'GET', headers = {}, body }: CallOptions = {},
    name?: string,
  ): Promise<Response> {
    const given = {
      Authorization: `Bearer ${this.#service(name).apiKey}`,
      'Content-Type': 'application/json',
    };
    return fetch(`${this.local.baseUrl}${pathAndQuery}`, {
      method,
      headers: { ...given, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  execute(body: unknown, query = 'details=true', name?: string): Promise<Response> {
    return this.call(`${this.path(name)}/execute?api-version=2.0&${query}`, { method: 'POST', body }, name);
  }

  /** Calls the management API below its workspace, with the workspace's token unless another is given. */
  manage(path: string, { method = 'GET', headers = {}, body }: CallOptions = {}): Promise<Response> {
    const { managementUrl, workspaceId, workspaceToken } = this.local;
    return fetch(`${managementUrl}/workspaces/${workspaceId}/webservices${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${workspaceToken}`,
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** Path of a service's endpoint in the management API. */
  endpointPath(endpoint = 'default', name?: string): string {
    return `/${this.#service(name).serviceId}/endpoints/${endpoint}`;
  }

  submit(body: unknown, name?: string): Promise<Response> {
    return this.call(`${this.path(name)}/jobs?api-version=2.0`, { method: 'POST', body }, name);
  }

  startJob(id: string, name?: string): Promise<Response> {
    return this.call(`${this.path(name)}/jobs/${id}/start?api-version=2.0`, { method: 'POST' }, name);
  }

  deleteJob(id: string, name?: string): Promise<Response> {
    return this.call(`${this.path(name)}/jobs/${id}?api-version=2.0`, { method: 'DELETE' }, name);
  }

  getJob(id: string, name?: string): Promise<Response> {
    return this.call(`${this.path(name)}/jobs/${id}?api-version=2.0`, {}, name);
  }

  async status(id: string, name?: string): Promise<JobStatus> {
    return (await (await this.getJob(id, name)).json()) as JobStatus;
  }

  /** Submits and starts, and gives the id. */
  async run(body: unknown, name?: string): Promise<string> {
    const submitted = await this.submit(body, name);
    if (submitted.status !== 200) throw new Error(await submitted.text());
    const id = (await submitted.json()) as string;
    await this.startJob(id, name);
    return id;
  }

  /** The status of a job that has ended, in whatever state. */
  async ended(id: string, name?: string): Promise<JobStatus> {
    return eventually(`job ${id} ends`, async () => {
      const status = await this.status(id, name);
      return /^(Finished|Failed|Cancelled)$/.test(status.StatusCode) ? status : undefined;
    });
  }

  get container(): ContainerClient {
    const client = BlobServiceClient.fromConnectionString(this.local.storageConnectionString);
    return client.getContainerClient(this.local.storageContainer);
  }

  /** Puts a blob into the default container and gives a reference to it by connection string. */
  async upload(name: string, content: string): Promise<object> {
    await this.container.getBlockBlobClient(name).uploadData(Buffer.from(content));
    return this.reference(name);
  }

  /** Puts a blob into any container of the local account. */
  async uploadTo(containerName: string, name: string, content: string): Promise<void> {
    const client = BlobServiceClient.fromConnectionString(this.local.storageConnectionString);
    const container = client.getContainerClient(containerName);
    await container.createIfNotExists();
    await container.getBlockBlobClient(name).uploadData(Buffer.from(content));
  }

  reference(name: string): object {
    const { storageConnectionString: ConnectionString, storageContainer } = this.local;
    return { ConnectionString, RelativeLocation: `${storageContainer}/${name}` };
  }

  close(): Promise<void> {
    return this.running.close();
  }

  #service(name = this.local.services[0]?.name): RunningLocalService['description']['services'][number] {
    const service = this.local.services.find((each) => each.name === name);
    if (!service) throw new Error(`There is no service ${name ?? ''}.`);
    return service;
  }
}

/** The bytes behind an output reference, fetched as every sample of the contract does. */
export async function fetchOutput(reference: OutputReference | undefined): Promise<string> {
  if (!reference) throw new Error('There is no such output.');
  const response = await fetch(reference.BaseLocation + reference.RelativeLocation + reference.SasBlobToken);
  if (response.status !== 200) throw new Error(`The storage answered ${response.status}.`);
  return response.text();
}

/**
 * A web service of any schema: for each row of its first input one row of each output, where a column of
 * an input has the same name its cell, else a cell of the right type. Without input there is one row.
 */
export function echoService(schema: ServiceSchema): WebService {
  const [input] = schema.inputs;
  return {
    schema,
    bind: () => ({
      outputs: schema.outputs,
      async run(tables) {
        for (const output of schema.outputs) {
          if (!input) await tables.write(output.name, [echoRow(output, [], [])]);
          else {
            for await (const rows of tables.read(input.name)) {
              await tables.write(
                output.name,
                rows.map((row) => echoRow(output, input.columns, row)),
              );
            }
          }
        }
      },
    }),
  };
}

function echoRow(output: OutputTable, columns: readonly Column[], row: readonly Cell[]): Cell[] {
  return output.columns.map((column) => {
    const position = columns.findIndex(({ name }) => name === column.name);
    return position === -1 ? defaultCell(column) : (row[position] ?? null);
  });
}

function defaultCell(column: Column): Cell {
  if (column.type === 'integer' || column.type === 'number') return 1;
  if (column.type === 'boolean') return true;
  return column.type === 'date-time' ? '2014-09-21T11:10:00.000Z' : 'value';
}
