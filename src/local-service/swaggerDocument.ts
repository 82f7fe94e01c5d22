import type {
  Cell,
  Column,
  ColumnType,
  GlobalParameter,
  Port,
  ServiceSchema,
} from '../protocol/studio/serviceSchema.ts';

/** Where a swagger document says that its service is. */
export interface SwaggerAddress {
  /** Host with port. */
  readonly host: string;
  /** Such as `/workspaces/{workspace}/services/{endpoint}`. */
  readonly basePath: string;
}

const BLOB_REFERENCE = '#/definitions/AzureBlobDataReference';
const JOB_STATES = ['NotStarted', 'Running', 'Failed', 'Cancelled', 'Finished'];

/**
 * The swagger 2.0 document of a classic web service: the paths with their query strings and in their
 * order, the names of operations and definitions, as clients generated from live documents show them
 * (Sport-Matching/api, RevolutionAnalytics/AzureML).
 */
export function swaggerDocument(schema: ServiceSchema, address: SwaggerAddress): object {
  return {
    swagger: '2.0',
    info: { version: '2.0', title: schema.title, description: '' },
    host: address.host,
    basePath: address.basePath,
    schemes: ['http'],
    consumes: ['application/json'],
    produces: ['application/json'],
    paths: paths(),
    securityDefinitions: { api_key: { type: 'apiKey', name: 'Authorization', in: 'header' } },
    definitions: definitions(schema),
  };
}

function paths(): object {
  const jobId = { name: 'jobId', in: 'path', description: 'Id of the job', required: true, type: 'string' };
  return {
    '/swagger.json': {
      get: {
        summary: 'The swagger document of the web service',
        operationId: 'getSwaggerDocument',
        parameters: [
          {
            name: 'api-version',
            in: 'query',
            description: 'API version',
            required: false,
            type: 'string',
            default: '2.0',
          },
        ],
        responses: { 200: { description: 'The document' } },
      },
    },
    '/execute?api-version=2.0&format=swagger': {
      post: operation(
        'execute',
        'Score rows and get the answer',
        'The scored rows',
        '#/definitions/ExecutionResults',
        [bodyParameter('executionPayload', '#/definitions/ExecutionRequest')],
      ),
    },
    '/jobs?api-version=2.0': {
      post: operation('submitjob', 'Submit a job that scores files', 'The id of the job', 'string', [
        bodyParameter('batchExecutionPayload', '#/definitions/BatchExecutionRequest'),
      ]),
    },
    '/jobs/{jobId}/start?api-version=2.0': {
      post: operation('startjob', 'Start a job', 'The job is started', undefined, [jobId]),
    },
    '/jobs/{jobId}?api-version=2.0': {
      get: operation(
        'getjobstatus',
        'Ask for the state of a job',
        'The state',
        '#/definitions/BatchExecutionStatus',
        [jobId],
      ),
      delete: operation('canceljob', 'Cancel a job', 'The job is cancelled', undefined, [jobId]),
    },
  };
}

function operation(
  operationId: string,
  summary: string,
  description: string,
  answer: string | undefined,
  parameters: readonly object[],
): object {
  const schema =
    answer === undefined ? {} : { schema: answer === 'string' ? { type: 'string' } : { $ref: answer } };
  return {
    summary,
    operationId,
    parameters,
    responses: { 200: { description, ...schema } },
    security: [{ api_key: [] }],
  };
}

function bodyParameter(name: string, definition: string): object {
  return { name, in: 'body', description: 'The request', required: true, schema: { $ref: definition } };
}

function definitions(schema: ServiceSchema): object {
  const { inputs, outputs, globalParameters } = schema;
  return {
    ExecutionRequest: {
      type: 'object',
      properties: {
        Inputs: { $ref: '#/definitions/ExecutionInputs' },
        GlobalParameters: { $ref: '#/definitions/GlobalParameters' },
      },
      example: { Inputs: exampleInputs(inputs), GlobalParameters: exampleParameters(globalParameters) },
    },
    ExecutionInputs: tables(inputs),
    ExecutionResults: { type: 'object', properties: { Results: { $ref: '#/definitions/ExecutionOutputs' } } },
    ExecutionOutputs: tables(outputs),
    ...Object.fromEntries([...inputs, ...outputs].map((port) => [`${port.name}Item`, item(port)])),
    GlobalParameters: parameters(globalParameters),
    BatchExecutionRequest: {
      type: 'object',
      properties: {
        Inputs: { $ref: '#/definitions/BatchInputs' },
        GlobalParameters: { $ref: '#/definitions/GlobalParameters' },
        Outputs: { $ref: '#/definitions/BatchOutputs' },
      },
    },
    BatchInputs: blobs(inputs),
    BatchOutputs: blobs(outputs),
    AzureBlobDataReference: {
      type: 'object',
      properties: Object.fromEntries(
        ['ConnectionString', 'RelativeLocation', 'BaseLocation', 'SasBlobToken'].map((name) => [
          name,
          { type: 'string' },
        ]),
      ),
    },
    BatchExecutionStatus: {
      type: 'object',
      properties: {
        StatusCode: {
          type: 'string',
          description: 'job status code',
          enum: JOB_STATES,
          default: 'NotStarted',
        },
        Results: { type: 'object', additionalProperties: { $ref: BLOB_REFERENCE } },
        Details: { type: 'string' },
      },
    },
  };
}

function tables(ports: readonly Port[]): object {
  const properties = ports.map(({ name }) => [name, { type: 'array', items: { $ref: itemReference(name) } }]);
  return { type: 'object', properties: Object.fromEntries(properties) as object };
}

/** A JSON pointer: slashes and tildes in a name are escaped. */
function itemReference(port: string): string {
  const escaped = port.replaceAll('~', '~0').replaceAll('/', '~1');
  return `#/definitions/${encodeURIComponent(escaped)}Item`;
}

function blobs(ports: readonly Port[]): object {
  const properties = ports.map(({ name }) => [name, { $ref: BLOB_REFERENCE }]);
  return { type: 'object', properties: Object.fromEntries(properties) as object };
}

function item(port: Port): object {
  return {
    type: 'object',
    properties: Object.fromEntries(port.columns.map((column) => [column.name, columnType(column)])),
    required: port.columns.map((column) => column.name),
  };
}

function columnType(column: Column): object {
  return {
    ...valueType(column.type, column.format),
    ...(column.nullable ? { 'x-nullable': true } : {}),
    ...(column.allowedValues ? { enum: column.allowedValues } : {}),
  };
}

function parameters(globalParameters: readonly GlobalParameter[]): object {
  const required = globalParameters
    .filter((parameter) => parameter.default === undefined)
    .map(({ name }) => name);
  const properties = globalParameters.map(
    ({ name, type, format, default: fallback, description, allowedValues }) => [
      name,
      {
        ...valueType(type, format),
        ...(description === undefined ? {} : { description }),
        ...(fallback === undefined ? {} : { default: fallback }),
        ...(allowedValues ? { enum: allowedValues } : {}),
      },
    ],
  );
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as object,
    ...(required.length > 0 ? { required } : {}),
  };
}

/** Dates and time spans are text with a format in swagger. */
function valueType(type: ColumnType, format: string | undefined): object {
  if (type === 'date-time' || type === 'time-span') return { type: 'string', format: type };
  return format === undefined ? { type } : { type, format };
}

function exampleInputs(inputs: readonly Port[]): object {
  const rowsOf = (port: Port) => {
    return port.sampleRows.map((row) => {
      return Object.fromEntries(port.columns.map((column, index) => [column.name, row[index] ?? null]));
    });
  };
  return Object.fromEntries(inputs.map((port) => [port.name, rowsOf(port)]));
}

function exampleParameters(globalParameters: readonly GlobalParameter[]): Record<string, Cell> {
  return Object.fromEntries(globalParameters.map((parameter) => [parameter.name, parameter.default ?? '']));
}
