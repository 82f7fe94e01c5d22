import * as vscode from 'vscode';
import { apiName, type Api } from '../protocol/apim/arm.ts';
import { gatewayOperations } from '../protocol/apim/operations.ts';
import { Failure } from '../protocol/failure.ts';
import type { ChosenInstance } from '../azure/index.ts';
import { browseApis, type BrowsedApi, type ServiceApi, type Unsuitable } from './gatewayApis.ts';
import { separator, StreamedPick, type StreamedItem } from '../azure/index.ts';

type Item = StreamedItem<ServiceApi>;

/** Lets the user choose among the APIs of an instance by which a web service is called; the others are there with why not. */
export async function pickApi(
  { client, item: instance }: ChosenInstance,
  title: string,
): Promise<ServiceApi | undefined> {
  const browsed: BrowsedApi[] = [];
  let failure: Failure | undefined;
  const list = new StreamedPick<ServiceApi>({
    title,
    placeholder: (busy) =>
      busy || browsed.length > 0
        ? vscode.l10n.t('API of {0} by which a web service is called', instance.name)
        : (failure?.sentence ?? vscode.l10n.t('{0} has no APIs yet.', instance.name)),
    items: () => itemsOf(browsed),
  });
  const found = (each: BrowsedApi): void => {
    browsed.push(each);
    list.draw();
  };
  void list.during(
    browseApis(client, instance, found, list.signal).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      failure = error;
    }),
  );
  return list.choose();
}

function itemsOf(browsed: readonly BrowsedApi[]): readonly Item[] {
  const suitable: Item[] = [];
  const others: Item[] = [];
  for (const each of browsed) {
    const { api, unsuitable } = each;
    if (unsuitable === undefined) suitable.push({ ...itemOf(api), detail: each.baseUrl, choice: each });
    else others.push({ ...itemOf(api), detail: reason(unsuitable) });
  }
  return [
    ...byLabel(suitable),
    ...(others.length === 0 ? [] : [separator<ServiceApi>(vscode.l10n.t('not for web services'))]),
    ...byLabel(others),
  ];
}

function itemOf(api: Api): Item {
  return { key: api.id, label: apiName(api), description: `/${api.properties.path}` };
}

function byLabel(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => a.label.localeCompare(b.label));
}

/** Why an API is no way to a web service, as a sentence. */
export function reason(unsuitable: Unsuitable): string {
  switch (unsuitable.kind) {
    case 'type':
      return vscode.l10n.t('It is of the type {0}.', unsuitable.type);
    case 'version':
      return vscode.l10n.t('Its version is not in the path of its URL.');
    case 'operations':
      return missingOperations(unsuitable.missing.map(({ displayName }) => displayName));
    case 'failed':
      return unsuitable.failure.sentence;
  }
}

function missingOperations(names: readonly string[]): string {
  if (names.length === gatewayOperations.length)
    return vscode.l10n.t('It has none of the operations of a web service.');
  return vscode.l10n.t('It lacks {0}.', names.join(', '));
}
