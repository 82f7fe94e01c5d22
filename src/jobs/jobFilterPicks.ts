import * as vscode from 'vscode';
import { isEmpty, noFilter, serviceOf, type JobFilter } from './jobFilter.ts';
import type { JobRecord } from './jobRecord.ts';
import { statusLabel } from './jobWords.ts';

interface Line extends vscode.QuickPickItem {
  readonly choose: () => Promise<JobFilter | undefined>;
}

/** Lets the user change one part of the filter; undefined when dismissed. */
export async function askForFilter(
  jobs: readonly JobRecord[],
  filter: JobFilter,
): Promise<JobFilter | undefined> {
  const title = vscode.l10n.t('Filter jobs');
  const lines: readonly Line[] = [
    {
      label: vscode.l10n.t('$(pulse) State'),
      description: statesText(filter) ?? vscode.l10n.t('all'),
      choose: async () => {
        const states = await chooseSome(
          vscode.l10n.t('Jobs in these states'),
          [...new Set([...knownStates, ...jobs.map(({ status }) => status)])],
          filter.states,
          statusLabel,
        );
        return states && { ...filter, states };
      },
    },
    {
      label: vscode.l10n.t('$(symbol-method) Service'),
      description: servicesText(filter) ?? vscode.l10n.t('all'),
      choose: async () => {
        const services = await chooseSome(
          vscode.l10n.t('Jobs of these services'),
          [...new Set([...jobs.map(serviceOf), ...filter.services])].sort((a, b) => a.localeCompare(b)),
          filter.services,
          (service) => service,
        );
        return services && { ...filter, services };
      },
    },
    {
      label: vscode.l10n.t('$(search) Text'),
      description: filter.text === '' ? vscode.l10n.t('any') : filter.text,
      choose: async () => {
        const text = await vscode.window.showInputBox({
          title,
          prompt: vscode.l10n.t('Words in the file, id, service, output or reason of a failure'),
          value: filter.text,
        });
        return text === undefined ? undefined : { ...filter, text: text.trim() };
      },
    },
    ...(isEmpty(filter)
      ? []
      : [{ label: vscode.l10n.t('$(clear-all) Show all jobs'), choose: () => Promise.resolve(noFilter) }]),
  ];
  const chosen = await vscode.window.showQuickPick(lines, {
    title,
    placeHolder: vscode.l10n.t('By what?'),
  });
  return chosen?.choose();
}

/** In one line, as beside the title of a view; empty without a filter. */
export function filterText(filter: JobFilter): string {
  const text = filter.text === '' ? undefined : `“${filter.text}”`;
  return [statesText(filter), servicesText(filter), text].filter((part) => part !== undefined).join(' · ');
}

const knownStates = ['Uploading', 'Submitting', 'NotStarted', 'Running', 'Finished', 'Failed', 'Cancelled'];

function statesText({ states }: JobFilter): string | undefined {
  return states.length === 0 ? undefined : states.map(statusLabel).join(', ');
}

function servicesText({ services }: JobFilter): string | undefined {
  return services.length === 0 ? undefined : services.join(', ');
}

/** None chosen is as good as all. */
async function chooseSome(
  title: string,
  values: readonly string[],
  picked: readonly string[],
  label: (value: string) => string,
): Promise<readonly string[] | undefined> {
  const items = values.map((value) => ({ label: label(value), value, picked: picked.includes(value) }));
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    canPickMany: true,
    placeHolder: vscode.l10n.t('None: all of them'),
  });
  return chosen?.map(({ value }) => value);
}
