import * as vscode from 'vscode';
import type { JobEngine } from './engine.ts';
import type { JobRecord } from './jobRecord.ts';
import { hasResults } from './jobStates.ts';
import { elapsed, progressText, stateText, titleOf } from './jobWords.ts';

export type JobAction =
  | 'openResult'
  | 'downloadResult'
  | 'showJobDetails'
  | 'cancelUpload'
  | 'besStart'
  | 'besStatus'
  | 'besDelete'
  | 'forgetJob';

interface JobItem extends vscode.QuickPickItem {
  readonly ownId?: string;
  readonly actions?: readonly JobAction[];
  readonly run?: () => void;
}

export interface JobListTools {
  readonly engine: JobEngine;
  act(action: JobAction, record: JobRecord): void;
  runNew(): void;
  track(): void;
  forgetEnded(): void;
}

/** The list of jobs, live while it is open; Enter shows what can be done with a job, the buttons are shortcuts. */
export function showJobList(tools: JobListTools): void {
  const { engine } = tools;
  const pick = vscode.window.createQuickPick<JobItem>();
  pick.title = vscode.l10n.t('Azure ML batch jobs');
  pick.placeholder = vscode.l10n.t('Choose a job to see what can be done with it');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const refresh = (): void => {
    const active = pick.activeItems[0]?.ownId;
    pick.items = itemsOf(tools);
    const again = pick.items.find((item) => item.ownId !== undefined && item.ownId === active);
    if (again !== undefined) pick.activeItems = [again];
  };
  const stop = engine.onDidChange(refresh);
  pick.onDidTriggerItemButton(({ item, button }) => {
    const record = recordOf(engine, item);
    const action = item.actions?.find((each) => buttonOf(each).tooltip === button.tooltip);
    if (record === undefined || action === undefined) return;
    if (action !== 'cancelUpload') pick.hide();
    tools.act(action, record);
  });
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    if (item === undefined) return;
    const record = recordOf(engine, item);
    pick.hide();
    if (record === undefined) item.run?.();
    else void chooseAction(tools, record);
  });
  pick.onDidHide(() => {
    stop();
    pick.dispose();
  });
  refresh();
  pick.show();
}

/** Lets the user pick one of the jobs; undefined when dismissed. */
export async function pickJob(jobs: readonly JobRecord[], title: string): Promise<JobRecord | undefined> {
  return (await vscode.window.showQuickPick(jobs.map(pickItemOf), pickOptions(title, jobs)))?.record;
}

/** Lets the user pick some of the jobs; none when dismissed. */
export async function pickJobs(jobs: readonly JobRecord[], title: string): Promise<readonly JobRecord[]> {
  const options = { ...pickOptions(title, jobs), canPickMany: true } as const;
  const picked = await vscode.window.showQuickPick(jobs.map(pickItemOf), options);
  return (picked ?? []).map(({ record }) => record);
}

/** As `pickJob`, with a way to a job that is not in the list. */
export async function pickJobOrOther(
  jobs: readonly JobRecord[],
  title: string,
): Promise<JobRecord | 'other' | undefined> {
  const other = { label: vscode.l10n.t('$(search) Another job by its id…'), record: 'other' as const };
  return (await vscode.window.showQuickPick([...jobs.map(pickItemOf), other], pickOptions(title, jobs)))
    ?.record;
}

function pickItemOf(record: JobRecord) {
  return { ...itemOf(record, undefined), record };
}

function pickOptions(title: string, jobs: readonly JobRecord[]): vscode.QuickPickOptions {
  return {
    title,
    placeHolder: jobs.length === 0 ? vscode.l10n.t('There are no such jobs') : vscode.l10n.t('Batch job'),
    matchOnDescription: true,
    matchOnDetail: true,
  };
}

function itemsOf(tools: JobListTools): readonly JobItem[] {
  const { engine } = tools;
  const jobs = engine.store.list();
  const ended = jobs.filter((record) => record.ended);
  return [
    ...jobs.map((record): JobItem => {
      const actions = actionsFor(engine, record).slice(0, 3);
      const progress = engine.progress(record.ownId);
      const item = itemOf(record, progress === undefined ? undefined : progressText(progress));
      return { ...item, ownId: record.ownId, actions, buttons: actions.map(buttonOf) };
    }),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: vscode.l10n.t('$(play) Run a batch job…'), run: () => tools.runNew() },
    { label: vscode.l10n.t('$(search) Track a job by id…'), run: () => tools.track() },
    ...(ended.length === 0
      ? []
      : [{ label: vscode.l10n.t('$(clear-all) Forget all ended jobs'), run: () => tools.forgetEnded() }]),
  ];
}

const icons: Readonly<Record<string, string>> = {
  Uploading: '$(cloud-upload)',
  Submitting: '$(sync)',
  NotStarted: '$(circle-outline)',
  Running: '$(sync)',
  Failed: '$(error)',
  Cancelled: '$(circle-slash)',
  Finished: '$(pass)',
};

function itemOf(record: JobRecord, progress: string | undefined): vscode.QuickPickItem {
  const state = stateText(record);
  return {
    label: `${icons[record.status] ?? '$(question)'} ${titleOf(record)}`,
    description: progress === undefined ? `${state} · ${elapsed(record)}` : `${state} · ${progress}`,
    detail: [`${record.workspace} / ${record.service}`, record.serviceJobId, record.problem?.sentence]
      .filter((part) => part !== undefined)
      .join(' · '),
  };
}

function recordOf(engine: JobEngine, { ownId }: JobItem): JobRecord | undefined {
  return ownId === undefined ? undefined : engine.store.find(ownId);
}

async function chooseAction(tools: JobListTools, record: JobRecord): Promise<void> {
  const items = actionsFor(tools.engine, record).map((action) => ({
    label: actionLabel(action, record),
    action,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: `${titleOf(record)} · ${stateText(record)}`,
  });
  if (chosen !== undefined) tools.act(chosen.action, record);
}

function actionsFor(engine: JobEngine, record: JobRecord): readonly JobAction[] {
  if (engine.runner.isUploading(record.ownId)) return ['cancelUpload', 'showJobDetails'];
  const isOnServer = record.serviceJobId !== undefined;
  return [
    ...(hasResults(record) ? (['openResult', 'downloadResult'] as const) : []),
    'showJobDetails',
    ...(isOnServer ? (['besDelete', 'besStatus', 'besStart'] as const) : []),
    'forgetJob',
  ];
}

function actionLabel(action: JobAction, record: JobRecord): string {
  switch (action) {
    case 'openResult':
      return vscode.l10n.t('$(table) Open results');
    case 'downloadResult':
      return vscode.l10n.t('$(save-as) Save results as…');
    case 'showJobDetails':
      return vscode.l10n.t('$(info) Show details');
    case 'cancelUpload':
      return vscode.l10n.t('$(close) Cancel upload');
    case 'besStart':
      return vscode.l10n.t('$(play) Start');
    case 'besStatus':
      return vscode.l10n.t('$(refresh) Ask for the status');
    case 'besDelete':
      return record.ended
        ? vscode.l10n.t('$(trash) Delete on server…')
        : vscode.l10n.t('$(stop-circle) Cancel job…');
    case 'forgetJob':
      return vscode.l10n.t('$(eye-closed) Forget here');
  }
}

function buttonOf(action: JobAction): vscode.QuickInputButton {
  switch (action) {
    case 'openResult':
      return { iconPath: new vscode.ThemeIcon('table'), tooltip: vscode.l10n.t('Open results') };
    case 'downloadResult':
      return { iconPath: new vscode.ThemeIcon('save-as'), tooltip: vscode.l10n.t('Save results as…') };
    case 'showJobDetails':
      return { iconPath: new vscode.ThemeIcon('info'), tooltip: vscode.l10n.t('Show details') };
    case 'cancelUpload':
      return { iconPath: new vscode.ThemeIcon('close'), tooltip: vscode.l10n.t('Cancel upload') };
    case 'besStart':
      return { iconPath: new vscode.ThemeIcon('play'), tooltip: vscode.l10n.t('Start') };
    case 'besStatus':
      return { iconPath: new vscode.ThemeIcon('refresh'), tooltip: vscode.l10n.t('Ask for the status') };
    case 'besDelete':
      return {
        iconPath: new vscode.ThemeIcon('stop-circle'),
        tooltip: vscode.l10n.t('Cancel or delete on server…'),
      };
    case 'forgetJob':
      return { iconPath: new vscode.ThemeIcon('eye-closed'), tooltip: vscode.l10n.t('Forget here') };
  }
}
