/** Everything that the manifest contributes by name; a unit test holds these tables against package.json. */

export const prefix = 'azuremlServices';

/** Command names by the feature that carries them out. */
export const commandNames = {
  catalog: [
    'addWorkspace',
    'addWorkspaceByToken',
    'importWorkspace',
    'setWorkspaceToken',
    'addService',
    'addEndpoint',
    'showEndpointDetails',
    'copyPrimaryKey',
    'copySecondaryKey',
    'showHelpPage',
    'refreshEndpoint',
    'deleteEndpoint',
    'editWorkspace',
    'editEndpoint',
    'rename',
    'remove',
    'setApiKey',
    'removeApiKey',
    'setSubscriptionKey',
    'removeSubscriptionKey',
    'setSecret',
    'removeSecret',
    'forgetAllKeys',
    'startLocalService',
    'stopLocalService',
    'resetLocalService',
  ],
  explorer: ['refresh', 'findService', 'copyId', 'copyUrl', 'openSwagger', 'updateTrainedModel'],
  requests: [
    'openRequest',
    'saveRequestAs',
    'sendRequest',
    'sendAgain',
    'cancelRequest',
    'compareAnswer',
    'showHistory',
    'clearHistory',
    'rrsExecute',
    'copyAsCurl',
    'generateClientCode',
    'showApiHelp',
    'attachSchema',
    'detachSchema',
  ],
  storage: ['setStorage', 'removeStorage'],
  jobs: [
    'runBatchJob',
    'besSubmit',
    'scoreFile',
    'besStart',
    'besStatus',
    'besDelete',
    'waitForJob',
    'trackJob',
    'showJobs',
    'showJobDetails',
    'cancelUpload',
    'rerunJob',
    'duplicateJob',
    'cancelJob',
    'deleteJob',
    'forgetJob',
    'filterJobs',
    'clearJobsFilter',
  ],
  jobDocuments: ['newJobDocument', 'runJobDocument', 'duplicateJobAsDocument'],
  results: ['openResult', 'openResultAsTable', 'downloadResult', 'copyResultUrl', 'createSampleData'],
  dashboard: ['showDashboard'],
  publishing: [
    'addGateway',
    'addFromAzure',
    'openDeveloperPortal',
    'publishEndpoint',
    'resumePublishing',
    'updateGatewayKey',
    'unpublish',
  ],
  monitoring: ['showMonitoring'],
  policies: ['editPolicy', 'removePolicy', 'limitCalls', 'requireToken', 'filterAddresses', 'setHeaders'],
  instances: [
    'addInstance',
    'createInstance',
    'changeTier',
    'showInstanceWork',
    'forgetInstance',
    'refreshInstances',
    'showMoreOfInstance',
  ],
  governance: [
    'inviteUser',
    'addUser',
    'blockUser',
    'unblockUser',
    'sendPasswordReset',
    'deleteUser',
    'newGroup',
    'editGroup',
    'deleteGroup',
    'addMembers',
    'removeMember',
    'chooseProductGroups',
    'publishProduct',
    'unpublishProduct',
    'newSubscription',
    'showSubscriptionRequests',
    'approveSubscription',
    'rejectSubscription',
    'suspendSubscription',
    'activateSubscription',
    'cancelSubscription',
    'deleteSubscription',
    'useSubscriptionKey',
    'showSubscriptionKeys',
    'copyPrimarySubscriptionKey',
    'copySecondarySubscriptionKey',
    'regeneratePrimarySubscriptionKey',
    'regenerateSecondarySubscriptionKey',
    'addRecipientEmails',
    'addRecipientUsers',
    'removeRecipient',
  ],
  support: ['showLog'],
} as const;

export type FeatureName = keyof typeof commandNames;
export type CommandName<F extends FeatureName = FeatureName> = (typeof commandNames)[F][number];
export type CommandHandler = (...args: readonly unknown[]) => unknown;

/** A feature answers each of its commands: a missing one does not compile. */
export type CommandHandlers<F extends FeatureName> = Readonly<Record<CommandName<F>, CommandHandler>>;

/** What `activate` hands to other extensions: the commands that take one object and return data. */
export const apiNames = [
  'rrsExecute',
  'besSubmit',
  'besStart',
  'besStatus',
  'besDelete',
  'runBatchJob',
  'runJobDocument',
  'waitForJob',
  'openResult',
  'downloadResult',
  'attachSchema',
  'detachSchema',
  'setApiKey',
  'setSubscriptionKey',
  'setSecret',
  'setStorage',
  'publishEndpoint',
  'updateGatewayKey',
  'unpublish',
  'startLocalService',
  'stopLocalService',
  'resetLocalService',
] as const satisfies readonly CommandName[];

export function commandId(name: CommandName): string {
  return `${prefix}.${name}`;
}

export const views = {
  explorer: `${prefix}.explorer`,
  jobs: `${prefix}.jobs`,
  instances: `${prefix}.instances`,
  welcome: `${prefix}.welcome`,
} as const;

export const customEditors = {
  request: `${prefix}.request`,
  job: `${prefix}.job`,
  table: `${prefix}.table`,
} as const;

/** Panels that open again with their window. */
export const webviewPanels = {
  dashboard: `${prefix}.dashboard`,
  monitoring: `${prefix}.monitoring`,
} as const;

/** Schemes of the file systems; all but that of policies are read-only. */
export const schemes = {
  document: 'azureml-document',
  policy: 'azureml-policy',
  result: 'azureml-result',
  schema: 'azureml-schema',
} as const;

export const contextKeys = {
  /** A request editor is in front. */
  requestActive: `${prefix}.requestActive`,
  /** The request in front is running. */
  requestRunning: `${prefix}.requestRunning`,
  /** The setting has no workspace: the welcome view shows. */
  noWorkspaces: `${prefix}.noWorkspaces`,
  /** The Jobs view shows only some of the jobs. */
  jobsFiltered: `${prefix}.jobsFiltered`,
} as const;

export const settings = {
  workspaces: 'workspaces',
  requestTimeout: 'requestTimeout',
  jobReference: 'jobs.reference',
  jobNotify: 'jobs.notify',
  historyEntries: 'history.entries',
  historyMegabytes: 'history.megabytes',
  resourceManagerUrl: 'azure.resourceManagerUrl',
} as const;
