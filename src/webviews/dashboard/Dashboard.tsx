import type { FoundService, ServiceState } from '../../shared/dashboardContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { Select } from '../controls/Select.tsx';
import { ActivityCard } from './ActivityCard.tsx';
import { Connection } from './Connection.tsx';
import { RunButton } from './RunButton.tsx';
import { Schema } from './Schema.tsx';
import { type DashboardState, useSession } from './session.ts';

/** The page: an endpoint, what was done with it, and what can be done. */
export function Dashboard({ state }: { readonly state: DashboardState }) {
  const { service } = state;
  const isFound = service.kind === 'found';
  return (
    <main class="report">
      <Head service={service} />
      <div class="columns">
        <Requests state={state} />
        <Jobs state={state} />
      </div>
      {isFound && <Connection service={service} />}
      {isFound && <Schema service={service} />}
    </main>
  );
}

function Head({ service }: { readonly service: ServiceState }) {
  const { strings, host } = useSession();
  if (service.kind === 'finding') {
    return (
      <p class="muted" role="status">
        {strings.finding}
      </p>
    );
  }
  if (service.kind === 'unknown') {
    return (
      <Message
        kind="error"
        actions={<Button label={strings.tryAgain} icon="refresh" onClick={() => void host.reload()} />}
      >
        {service.sentence}
      </Message>
    );
  }
  const { name, workspace, trouble } = service;
  return (
    <header>
      <div class="title">
        <h1>{name}</h1>
        <span class="muted">{fill(strings.workspaceOf, workspace)}</span>
        <EndpointChoice service={service} />
      </div>
      <Actions />
      {trouble && (
        <Message
          kind="warning"
          actions={
            trouble.remedy && <RunButton label={trouble.remedy.label} command={trouble.remedy.command} />
          }
        >
          {trouble.sentence}
        </Message>
      )}
    </header>
  );
}

function EndpointChoice({ service }: { readonly service: FoundService }) {
  const { strings, chooseEndpoint } = useSession();
  const { endpoints, endpointId } = service;
  if (endpoints.length < 2) return null;
  return (
    <div class="endpoint-choice">
      <Select
        label={strings.endpoint}
        value={endpointId}
        options={endpoints.map(({ name, endpointId: value }) => ({ value, text: name }))}
        onChange={(value) => void chooseEndpoint(value)}
      />
    </div>
  );
}

function Actions() {
  const { strings } = useSession();
  return (
    <div class="actions" role="group" aria-label={strings.actions}>
      <RunButton kind="primary" icon="send" label={strings.testRequest} command="openRequest" />
      <RunButton label={strings.runBatchJob} command="runBatchJob" />
      <RunButton label={strings.sampleCode} command="generateClientCode" />
      <RunButton label={strings.apiHelp} command="showApiHelp" />
    </div>
  );
}

function Requests({ state: { requests, keepsHistory } }: { readonly state: DashboardState }) {
  const { strings, host } = useSession();
  return (
    <ActivityCard
      activity={requests}
      words={strings.requests}
      onOpen={({ id }) => void host.openRequest({ id })}
      empty={<p class="muted">{keepsHistory ? strings.requests.none : strings.historyOff}</p>}
      actions={
        requests.runs.length > 0 && (
          <RunButton kind="link" label={strings.showHistory} command="showHistory" />
        )
      }
    />
  );
}

function Jobs({ state: { jobs } }: { readonly state: DashboardState }) {
  const { strings, host } = useSession();
  return (
    <ActivityCard
      activity={jobs}
      words={strings.jobs}
      onOpen={({ id }) => void host.openJob({ id })}
      empty={<p class="muted">{strings.jobs.none}</p>}
    />
  );
}
