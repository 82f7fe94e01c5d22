import * as vscode from 'vscode';
import { Failure } from '../protocol/failure.ts';
import { askChoice, askInSteps, askText, type Step } from '../shared/steps.ts';
import type { BlobClient } from './blobClient.ts';
import {
  containerName,
  defaultContainer,
  defineStorage,
  type StorageDefinition,
  type StorageSecret,
} from './storageDefinition.ts';

const patienceMs = 30_000;

type Kind = 'connectionString' | 'accountKey' | 'containerSas';

export interface AskedStorage {
  readonly name: string;
  readonly secret: StorageSecret;
}

interface Answers {
  kind: Kind;
  connectionString: string;
  accountName: string;
  accountKey: string;
  endpoint: string;
  sasUrl: string;
  container: string;
  name: string;
}

/** Asks for a storage, step by step, and tries it with a real call. Undefined when the user gives up. */
export async function askForStorage(
  existing: readonly string[],
  open: (definition: StorageDefinition) => Promise<BlobClient>,
): Promise<AskedStorage | undefined> {
  const answers: Answers = {
    kind: 'connectionString',
    connectionString: '',
    accountName: '',
    accountKey: '',
    endpoint: 'core.windows.net',
    sasUrl: '',
    container: defaultContainer,
    name: '',
  };
  for (;;) {
    const answered = await askInSteps(
      vscode.l10n.t('Set storage for batch data'),
      stepsOf(answers, existing),
    );
    if (!answered) return undefined;
    const secret = secretOf(answers);
    const decision = await tryStorage(await open(defineStorage(secret)));
    if (decision === 'store') return { name: answers.name.trim(), secret };
    if (decision === 'stop') return undefined;
  }
}

function stepsOf(answers: Answers, existing: readonly string[]): readonly Step[] {
  const onlyFor =
    (kinds: readonly Kind[], step: Step): Step =>
    (position) =>
      kinds.includes(answers.kind) ? step(position) : Promise.resolve('skip');
  return [
    (position) =>
      askChoice(
        position,
        {
          placeholder: vscode.l10n.t('How is the storage known?'),
          choices: [
            { label: vscode.l10n.t('Connection string'), value: 'connectionString' },
            { label: vscode.l10n.t('Account name and key'), value: 'accountKey' },
            {
              label: vscode.l10n.t('Container SAS URL'),
              detail: vscode.l10n.t('Needs read, write, create and list. Jobs get this SAS itself.'),
              value: 'containerSas',
            },
          ],
        },
        (kind: Kind) => {
          answers.kind = kind;
        },
      ),
    onlyFor(
      ['connectionString'],
      secretText(answers, 'connectionString', vscode.l10n.t('Connection string of the storage account')),
    ),
    onlyFor(['accountKey'], (position) =>
      askText(
        position,
        {
          prompt: vscode.l10n.t('Name of the storage account'),
          value: answers.accountName,
          validate: (text) =>
            /^[a-z\d]{3,24}$/.test(text.trim())
              ? undefined
              : vscode.l10n.t('An account name has 3 to 24 lower-case letters and digits.'),
        },
        (text) => {
          answers.accountName = text.trim();
        },
      ),
    ),
    onlyFor(
      ['accountKey'],
      secretText(answers, 'accountKey', vscode.l10n.t('Access key of the storage account')),
    ),
    onlyFor(['accountKey'], (position) =>
      askText(
        position,
        {
          prompt: vscode.l10n.t('Endpoint suffix, or the URL of the blob endpoint'),
          value: answers.endpoint,
          validate: (text) => problemOf(() => defineStorage(secretOf({ ...answers, endpoint: text.trim() }))),
        },
        (text) => {
          answers.endpoint = text.trim();
        },
      ),
    ),
    onlyFor(['containerSas'], secretText(answers, 'sasUrl', vscode.l10n.t('SAS URL of the container'))),
    onlyFor(['connectionString', 'accountKey'], (position) =>
      askText(
        position,
        {
          prompt: vscode.l10n.t('Container for inputs and results'),
          value: answers.container,
          validate: (text) => problemOf(() => containerName(text)),
        },
        (text) => {
          answers.container = text.trim();
        },
      ),
    ),
    (position) =>
      askText(
        position,
        {
          prompt: vscode.l10n.t('Name for this storage'),
          value: answers.name === '' ? suggestedName(answers) : answers.name,
          validate: (text) => {
            if (text.trim() === '') return vscode.l10n.t('Type a name.');
            return text.trim() === 'Local'
              ? vscode.l10n.t('"Local" is the storage of the local service.')
              : undefined;
          },
          placeholder:
            existing.length === 0
              ? ''
              : vscode.l10n.t('An existing name is replaced: {0}', existing.join(', ')),
        },
        (text) => {
          answers.name = text.trim();
        },
      ),
  ];
}

function secretText(
  answers: Answers,
  member: 'connectionString' | 'accountKey' | 'sasUrl',
  prompt: string,
): Step {
  return (position) =>
    askText(
      position,
      {
        prompt,
        password: true,
        value: answers[member],
        validate: (text) => {
          if (text.trim() === '') return vscode.l10n.t('Paste it here.');
          const candidate = {
            ...answers,
            accountName: answers.accountName || 'account',
            [member]: text.trim(),
          };
          return problemOf(() => defineStorage(secretOf(candidate)));
        },
      },
      (text) => {
        answers[member] = text.trim();
      },
    );
}

function secretOf(answers: Answers): StorageSecret {
  const { container } = answers;
  switch (answers.kind) {
    case 'containerSas':
      return { kind: 'containerSas', url: answers.sasUrl };
    case 'connectionString':
      return { kind: 'connectionString', connectionString: answers.connectionString, container };
    case 'accountKey':
      return { kind: 'connectionString', connectionString: connectionStringOf(answers), container };
  }
}

function connectionStringOf({ accountName, accountKey, endpoint }: Answers): string {
  const where = /^https?:/i.test(endpoint)
    ? `BlobEndpoint=${endpoint}`
    : `DefaultEndpointsProtocol=https;EndpointSuffix=${endpoint.replace(/^\./, '')}`;
  return `${where};AccountName=${accountName};AccountKey=${accountKey.replaceAll(/[\s"']/g, '')}`;
}

function suggestedName(answers: Answers): string {
  const definition = defineStorage(secretOf(answers));
  // The first part of a host name is the account's; an address has no such part.
  const [host = ''] = new URL(definition.blobEndpoint).hostname.split('.');
  return `${definition.kind === 'account' ? definition.accountName : host}/${definition.container}`;
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.sentence;
    throw error;
  }
}

async function tryStorage(client: BlobClient): Promise<'store' | 'again' | 'stop'> {
  for (let isToBeMade = false; ;) {
    const objection = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Trying the storage…') },
      () =>
        objectionTo(async () => {
          const signal = AbortSignal.timeout(patienceMs);
          if (isToBeMade) await client.createContainer(signal);
          await client.check(signal);
        }),
    );
    if (objection === undefined) return 'store';
    const create = vscode.l10n.t('Create container');
    const storeAnyway = vscode.l10n.t('Store anyway');
    const again = vscode.l10n.t('Enter again');
    const actions =
      objection.code === 'ContainerNotFound' ? [create, storeAnyway, again] : [storeAnyway, again];
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('The storage was tried and does not work. {0}', objection.sentence),
      ...actions,
    );
    if (choice === storeAnyway) return 'store';
    if (choice !== create) return choice === again ? 'again' : 'stop';
    isToBeMade = true;
  }
}

async function objectionTo(check: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
