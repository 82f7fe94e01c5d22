/** What a mistake is answered with: an HTTP status, and the error body's codes unless there is no body. */
export interface ErrorAnswer {
  readonly status: number;
  /** `error.code`; absent when the answer has no JSON body. */
  readonly code?: string;
  /** `error.details[0].code`. */
  readonly detail?: string;
}

export interface Mistake extends ErrorAnswer {
  /** What the caller did. */
  readonly when: string;
  /** The text of the answer, if it has a body; `{name}` is filled in from the facts of the case. */
  readonly message: string;
  /** The public text or traffic that the codes come from. */
  readonly source: string;
  /** Set where no public source settles the answer: what a service may say instead, given on request. */
  readonly unconfirmed?: ErrorAnswer;
}

const CODES = 'azure-docs web-service-error-codes.md';
const CONSUME = 'azure-docs machine-learning-consume-web-services.md';
const EXTENSIONS = 'MicrosoftDocs/azure-docs issue 32354';
const LIMITS = 'azure-docs stream-analytics-scale-with-machine-learning-functions.md';
const SCALING = 'azure-docs scaling-webservice.md';
const SILENT = 'no public source';
const CMDLETS = 'hning86/azuremlps README.md';
const ENDPOINTS = 'azure-docs create-endpoint.md';
const RETRAINING = 'azure-docs retrain-classic-web-service.md';

/** Every mistake that the data plane and the management API answer, and how. */
export const mistakes = {
  badVersion: {
    when: 'the api-version is missing or is not 2.0',
    status: 400,
    code: 'BadArgument',
    detail: 'BadVersionCall',
    message: 'This service speaks api-version 2.0; the request asks for "{given}".',
    source: CODES,
  },
  keyMissing: {
    when: 'there is no Authorization header of the form "Bearer key"',
    status: 401,
    code: 'Unauthorized',
    detail: 'ScoreRequestUnauthorized',
    message: 'The Authorization header has to be "Bearer" and the API key of the endpoint.',
    source: CODES,
  },
  keyWrong: {
    when: 'the API key belongs to another endpoint or to none',
    status: 401,
    code: 'Unauthorized',
    detail: 'ScoreRequestUnauthorized',
    message: 'The API key is not one of the keys of this endpoint.',
    source: CODES,
  },
  workspaceUnknown: {
    when: 'the workspace in the URL does not exist',
    status: 404,
    code: 'NotFound',
    detail: 'WorkspaceNotFound',
    message: 'There is no workspace "{workspace}" here.',
    source: CODES,
  },
  serviceUnknown: {
    when: 'the workspace has no such endpoint',
    status: 404,
    code: 'NotFound',
    detail: 'WebServiceNotFound',
    message: 'The workspace has no endpoint "{service}".',
    source: CODES,
  },
  operationUnknown: {
    when: 'the path or the method is none of an endpoint',
    status: 404,
    message: 'An endpoint has no such operation.',
    source: SILENT,
    unconfirmed: { status: 400, code: 'BadArgument', detail: 'InvalidQueryParameter' },
  },
  bodyMissing: {
    when: 'the request has no body',
    status: 400,
    code: 'BadArgument',
    detail: 'RequestIsEmpty',
    message: 'The request has no body.',
    source: CODES,
  },
  bodyNotJson: {
    when: 'the body is not JSON',
    status: 400,
    code: 'BadArgument',
    detail: 'RequestBodyInvalid',
    message: 'The body is not JSON: {reason}',
    source: CODES,
  },
  bodyShapeWrong: {
    when: 'a member of the body has the wrong JSON type',
    status: 400,
    code: 'BadArgument',
    detail: 'RequestBodyInvalid',
    message: '{member} has to be {expected}.',
    source: CODES,
  },
  bodyTooLarge: {
    when: 'the body is over 4 MB',
    status: 413,
    message: 'The body has more than 4 MB.',
    source: `${LIMITS} (the limit; no source names the answer)`,
    unconfirmed: { status: 400, code: 'BadArgument', detail: 'RequestBodyInvalid' },
  },
  inputMissing: {
    when: 'an RRS request leaves out an input',
    status: 400,
    code: 'BadArgument',
    detail: 'MissingRequestInput',
    message: 'The request has no input "{input}".',
    source: CODES,
  },
  batchInputMissing: {
    when: 'a job leaves out an input',
    status: 400,
    code: 'BadArgument',
    detail: 'BatchJobInputsNotSpecified',
    message: 'The job has no input "{input}".',
    source: CODES,
  },
  inputUnknown: {
    when: 'an input is named that the service does not have',
    status: 400,
    code: 'BadArgument',
    detail: 'InvalidInputNames',
    message: 'The service has no input "{input}"; it has {known}.',
    source: CODES,
  },
  inputSurplus: {
    when: 'a job has an input and the service takes none',
    status: 400,
    code: 'BadArgument',
    detail: 'BatchJobInputsTooManySpecified',
    message: 'The service takes no input, the job has one.',
    source: CODES,
  },
  columnCountWrong: {
    when: 'a table has too many or too few columns, or a row too many or too few cells',
    status: 400,
    code: 'BadUserArgument',
    detail: 'InputParseError',
    message: '{place} has {given} columns instead of {expected}.',
    source: CODES,
  },
  columnUnknown: {
    when: 'a column is named that the input does not have',
    status: 400,
    code: 'BadUserArgument',
    detail: 'InputMismatchError',
    message: 'Input "{input}" has no column "{column}".',
    source: CODES,
  },
  cellTypeWrong: {
    when: 'a cell does not fit its column',
    status: 400,
    code: 'BadUserArgument',
    detail: 'InputParseError',
    message: 'Row {row} of input "{input}", column "{column}": {reason}.',
    source: CODES,
  },
  cellMissing: {
    when: 'a cell is null and its column takes no missing values',
    status: 400,
    code: 'BadUserArgument',
    detail: 'InputParseError',
    message: 'Row {row} of input "{input}", column "{column}": {reason}.',
    source: `${CODES} (which columns take null is not public; the option nullCells takes it everywhere)`,
  },
  parameterMissing: {
    when: 'a global parameter without default is not sent',
    status: 400,
    code: 'BadArgument',
    detail: 'MissingRequiredGlobalParameters',
    message: 'The global parameter "{parameter}" has no default and was not sent.',
    source: CODES,
  },
  parameterUnknown: {
    when: 'a global parameter is sent that the service does not have',
    status: 400,
    code: 'BadArgument',
    detail: 'UnexpectedParameter',
    message: 'The service has no global parameter "{parameter}".',
    source: CODES,
  },
  parameterInvalid: {
    when: 'the value of a global parameter does not fit',
    status: 400,
    code: 'BadUserArgument',
    detail: 'UserParameterInvalid',
    message: 'The value of the global parameter "{parameter}" cannot be used: {reason}.',
    source: CODES,
  },
  inputAndInputs: {
    when: 'a job has Input and Inputs',
    status: 400,
    code: 'BadArgument',
    detail: 'DuplicateInputInBatchCall',
    message: 'The job has both Input and Inputs; send one of them.',
    source: CODES,
  },
  outputAndOutputs: {
    when: 'a job has Output and Outputs',
    status: 400,
    code: 'BadArgument',
    detail: 'RequestBodyInvalid',
    message: 'The job has both Output and Outputs; send one of them.',
    source: SILENT,
    unconfirmed: { status: 400, code: 'BadArgument', detail: 'MissingOutputOverrideSpecification' },
  },
  inputLocationMissing: {
    when: 'an input has neither a connection string nor a base location with a SAS token',
    status: 400,
    code: 'BadArgument',
    detail: 'MissingInputBlobInformation',
    message:
      '{port} needs ConnectionString and RelativeLocation, or BaseLocation, RelativeLocation and SasBlobToken.',
    source: CODES,
  },
  outputLocationMissing: {
    when: 'an output has neither a connection string nor a base location with a SAS token',
    status: 400,
    code: 'BadArgument',
    detail: 'MissingOutputOverrideSpecification',
    message:
      '{port} needs ConnectionString and RelativeLocation, or BaseLocation, RelativeLocation and SasBlobToken.',
    source: CODES,
  },
  connectionStringInvalid: {
    when: 'a connection string cannot be read',
    status: 400,
    code: 'BadArgument',
    detail: 'InvalidBlobConnectionString',
    message: 'The connection string of {port} cannot be used: {reason}.',
    source: CODES,
  },
  relativeLocationInvalid: {
    when: 'a relative location is not container/blob',
    status: 400,
    code: 'BadArgument',
    detail: 'InputBlobRelativeLocationInvalid',
    message: 'The relative location "{location}" of {port} is not a container and a blob name.',
    source: CODES,
  },
  blobNameTooLong: {
    when: 'the name of a blob has more than 1024 characters',
    status: 400,
    code: 'BadArgument',
    detail: 'BlobNameTooLong',
    message: 'The blob name of {port} has {length} characters; 1024 are allowed.',
    source: CODES,
  },
  blobNotFound: {
    when: 'the blob of an input does not exist',
    status: 400,
    code: 'BadArgument',
    detail: 'BlobNotFound',
    message: 'The blob "{location}" of {port} was not found.',
    source: CODES,
  },
  blobUnreadable: {
    when: 'the storage refuses to give the blob of an input, or cannot be reached',
    status: 400,
    code: 'BadArgument',
    detail: 'InvalidBlob',
    message: 'The blob "{location}" of {port} cannot be read: {reason}.',
    source: CODES,
  },
  inputExtension: {
    when: 'the blob of an input is no .csv, .tsv or .arff file',
    status: 400,
    code: 'BadArgument',
    detail: 'InvalidBlobExtension',
    message: 'The blob "{location}" of {port} has to end with .csv, .tsv or .arff.',
    source: EXTENSIONS,
  },
  outputExtension: {
    when: 'the blob of an output is no .csv, .tsv or .arff file',
    status: 400,
    code: 'BadArgument',
    detail: 'InvalidBlobExtension',
    message: 'The blob "{location}" of {port} has to end with .csv, .tsv or .arff.',
    source: EXTENSIONS,
  },
  outputUnknown: {
    when: 'an output is named that the service does not have',
    status: 400,
    code: 'BadArgument',
    detail: 'InvalidOutputOverrideName',
    message: 'The service has no output "{output}"; it has {known}.',
    source: CODES,
  },
  startedBefore: {
    when: 'a job is started that is waiting, running or over',
    status: 400,
    code: 'InvalidOperation',
    detail: 'CannotStartJob',
    message: 'A job in the state {state} cannot be started.',
    source: CODES,
  },
  jobIdMissing: {
    when: 'the URL has no job id',
    status: 400,
    code: 'BadArgument',
    detail: 'MissingJobId',
    message: 'The URL has no job id.',
    source: CODES,
  },
  jobUnknown: {
    when: 'the endpoint has no job of this id',
    status: 404,
    code: 'NotFound',
    message: 'The endpoint has no job "{job}".',
    source: SILENT,
    unconfirmed: { status: 400, code: 'BadArgument', detail: 'MissingJobId' },
  },
  tooManyCalls: {
    when: 'more calls run at once than the endpoint allows',
    status: 503,
    code: 'ServiceUnavailable',
    detail: 'RequestThrottled',
    message: 'The endpoint {service} answers {limit} calls at a time. Try again later.',
    source: `${CODES}, ${SCALING}`,
  },
  scoringFailed: {
    when: 'the service fails while it scores',
    status: 400,
    code: 'ModuleExecutionError',
    message: 'The service could not score the request: {reason}',
    source: CODES,
  },
  batchOnly: {
    when: 'an RRS request goes to a service that writes a trained model',
    status: 400,
    code: 'InvalidOperation',
    detail: 'IncompatibleModel',
    message: 'The service writes a trained model, which only a job can do.',
    source: `${CODES}, ${RETRAINING}`,
  },
  modelExtension: {
    when: 'the blob of a trained model is no .ilearner file',
    status: 400,
    code: 'BadArgument',
    detail: 'InvalidBlobExtension',
    message: 'The blob "{location}" of {port} has to end with .ilearner.',
    source: `${CODES}, ${RETRAINING}`,
  },
  tokenMissing: {
    when: 'a management call has no Authorization header of the form "Bearer token"',
    status: 401,
    code: 'Unauthorized',
    detail: 'ManagementRequestUnauthorized',
    message: 'The Authorization header has to be "Bearer" and the authorization token of the workspace.',
    source: CODES,
  },
  tokenWrong: {
    when: 'the token of a management call is neither of the workspace nor a key of the endpoint it is about',
    status: 401,
    code: 'Unauthorized',
    detail: 'ManagementRequestUnauthorized',
    message: 'The token is not the authorization token of this workspace.',
    source: CODES,
    unconfirmed: { status: 401 },
  },
  workspaceFailed: {
    when: 'the workspace is in another region, and this one fails over it',
    status: 500,
    code: 'InternalError',
    detail: 'GetWorkspaceFailed',
    message: 'The workspace "{workspace}" could not be looked up.',
    source: 'Azure/Azure-MachineLearning-ClientLibrary-Python issue 32',
  },
  managedServiceUnknown: {
    when: 'a management call names a web service that the workspace does not have',
    status: 404,
    code: 'NotFound',
    detail: 'WebServiceIdNotFoundInWorkspace',
    message: 'The workspace has no web service "{service}".',
    source: CODES,
  },
  endpointUnknown: {
    when: 'a management call names an endpoint that the web service does not have',
    status: 404,
    code: 'NotFound',
    detail: 'WebServiceNotFound',
    message: 'The web service has no endpoint "{endpoint}".',
    source: SILENT,
    unconfirmed: { status: 404, code: 'NotFound' },
  },
  endpointExists: {
    when: 'an endpoint is added whose name is taken',
    status: 409,
    code: 'Conflict',
    message: 'The web service has an endpoint "{endpoint}" already.',
    source: SILENT,
    unconfirmed: { status: 400, code: 'BadArgument', detail: 'BadParameterValue' },
  },
  endpointNameInvalid: {
    when: 'the name of a new endpoint is not 1 to 24 lower-case letters and digits',
    status: 400,
    code: 'BadArgument',
    detail: 'BadParameterValue',
    message: 'An endpoint cannot be called "{endpoint}": 1 to 24 lower-case letters and digits are allowed.',
    source: `${CODES}, ${ENDPOINTS}`,
  },
  serviceIdWrong: {
    when: 'WebServiceId in the body is not the one of the URL',
    status: 400,
    code: 'BadArgument',
    detail: 'WebServiceIdInvalid',
    message: 'WebServiceId is "{given}", but the URL names the web service {service}.',
    source: CODES,
  },
  settingInvalid: {
    when: 'a setting of an endpoint has a value that it does not take',
    status: 400,
    code: 'BadArgument',
    detail: 'BadParameterValue',
    message: '{member} has to be {expected}.',
    source: CODES,
  },
  concurrencyInvalid: {
    when: 'MaxConcurrentCalls is not a whole number of 1 or more',
    status: 400,
    code: 'BadArgument',
    detail: 'WebServiceConcurrentRequestRequirementInvalid',
    message: 'MaxConcurrentCalls has to be a whole number from 1 to 200.',
    source: `${CODES}, ${CMDLETS}`,
  },
  concurrencyTooHigh: {
    when: 'MaxConcurrentCalls is over 200',
    status: 400,
    code: 'BadArgument',
    detail: 'WebServiceTooManyConcurrentRequestRequirement',
    message: 'MaxConcurrentCalls is {given}; an endpoint answers 200 calls at a time at most.',
    source: `${CODES}, ${CMDLETS}`,
  },
  defaultFixed: {
    when: 'the default endpoint is patched, refreshed or deleted',
    status: 400,
    code: 'InvalidOperation',
    message: 'The default endpoint cannot be {what}; add another endpoint to the web service.',
    source: `${CMDLETS}, ${ENDPOINTS} (that it is refused; no source names the answer)`,
    unconfirmed: { status: 409, code: 'Conflict' },
  },
  updatePrevented: {
    when: 'an endpoint that was made with PreventUpdate is refreshed or gets a trained model',
    status: 400,
    code: 'InvalidOperation',
    message: 'The endpoint "{endpoint}" was made with PreventUpdate, so its model stays as it is.',
    source: SILENT,
    unconfirmed: { status: 409, code: 'Conflict' },
  },
  resourceUnknown: {
    when: 'a patch names a resource that the endpoint does not have',
    status: 404,
    code: 'NotFound',
    detail: 'ModelPackageNotFound',
    message: 'The endpoint has no resource "{resource}"; it has {known}.',
    source: SILENT,
    unconfirmed: { status: 400, code: 'BadArgument', detail: 'BadParameterValue' },
  },
  sasExpired: {
    when: 'the SAS of a trained model has expired',
    status: 400,
    code: 'BadArgument',
    detail: 'ExpiryTimeInThePast',
    message: 'The SAS of {port} expired at {expiry}.',
    source: CODES,
  },
  modelUnreadable: {
    when: 'the .ilearner file of a patch is none',
    status: 500,
    code: 'ModelPackageFormatError',
    message: 'The blob "{location}" is no trained model: {reason}',
    source: CODES,
  },
  modelMismatch: {
    when: 'the trained model of a patch was trained on other columns',
    status: 409,
    code: 'Conflict',
    detail: 'ModelOutputMetadataMismatch',
    message: 'The trained model in "{location}" does not fit the endpoint: {reason}.',
    source: CODES,
  },
  internal: {
    when: 'the local service itself fails',
    status: 500,
    code: 'InternalError',
    detail: 'UnknownError',
    message: 'The local service failed: {reason}',
    source: `${CODES}, ${CONSUME}`,
  },
} as const satisfies Record<string, Mistake>;

export type MistakeId = keyof typeof mistakes;

/** What is filled into the message of a mistake. */
export type Facts = Readonly<Record<string, string | number>>;

/** A request that is answered with one of the mistakes. */
export class Refusal extends Error {
  readonly mistake: MistakeId;

  constructor(mistake: MistakeId, facts: Facts = {}) {
    super(mistakes[mistake].message.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? '')));
    this.mistake = mistake;
  }
}

/** The codes that a mistake is answered with; `other` asks for the unconfirmed alternative. */
export function answerTo(mistake: MistakeId, other: boolean): ErrorAnswer {
  const row: Mistake = mistakes[mistake];
  return other && row.unconfirmed ? row.unconfirmed : row;
}

/** The body that goes with an answer, in the service's error shape; undefined when it has none. */
export function errorBody(answer: ErrorAnswer, message: string): object | undefined {
  if (answer.code === undefined) return undefined;
  const { code, detail } = answer;
  if (detail === undefined) return { error: { code, message } };
  return { error: { code, message: sentenceOf(code) ?? message, details: [{ code: detail, message }] } };
}

const CLASS_SENTENCES: Readonly<Record<string, string>> = {
  BadArgument: 'The request has an argument that cannot be used.',
  BadUserArgument: 'The data of the request cannot be used.',
  InvalidOperation: 'The operation is not possible now.',
  Unauthorized: 'The request is not authorized.',
  ServiceUnavailable: 'The service is not available now.',
  InternalError: 'The service failed.',
  NotFound: 'What the request names was not found.',
  Conflict: 'The request does not fit the present state.',
};

function sentenceOf(code: string): string | undefined {
  return CLASS_SENTENCES[code];
}
