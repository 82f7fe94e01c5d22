import type { MonitoringParts, MonitoringState, Part, Provenance } from '../../shared/monitoringContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { Breakdowns } from './Breakdowns.tsx';
import { BandwidthChart, CallsChart, LatencyChart } from './charts.tsx';
import { PartCard } from './PartCard.tsx';
import { RangeChoice } from './RangeChoice.tsx';
import { useSession } from './session.ts';
import { Tiles } from './Tiles.tsx';

/** The page: what went through an instance of API Management in a time. */
export function MonitoringPage({ state }: { readonly state: MonitoringState }) {
  const { strings } = useSession();
  const { parts, place, problem, span } = state;
  return (
    <main class="report" aria-busy={state.busy}>
      <Head state={state} />
      {problem !== undefined && <Problem sentence={problem} />}
      {(problem === undefined || state.readAt !== undefined) && (
        <>
          <Replaced parts={parts} />
          <Tiles parts={parts} />
          <PartCard title={strings.callsOverTime} part={parts.calls}>
            {(calls) => <CallsChart calls={calls} span={span} />}
          </PartCard>
          <div class="columns">
            <PartCard title={strings.latencyOverTime} part={parts.latency}>
              {(latency) => <LatencyChart latency={latency} span={span} />}
            </PartCard>
            <PartCard title={strings.bandwidthOverTime} part={parts.bandwidth}>
              {(bandwidth) => <BandwidthChart bandwidth={bandwidth} span={span} />}
            </PartCard>
          </div>
          <Breakdowns parts={parts} place={place} />
        </>
      )}
    </main>
  );
}

function Head({ state }: { readonly state: MonitoringState }) {
  const { strings, host } = useSession();
  const { place, tier, busy, readAt } = state;
  return (
    <header>
      <div class="title">
        <h1>{place.name}</h1>
        <span class="muted">{tier === undefined ? strings.instance : fill(strings.ofTier, tier)}</span>
      </div>
      <div class="toolbar">
        <RangeChoice place={place} span={state.span} />
        <Button label={strings.refresh} icon="refresh" onClick={() => void host.refresh()} />
        <span class="muted" role="status">
          {busy ? strings.reading : readAt !== undefined && fill(strings.readAt, timeOf(readAt))}
        </span>
      </div>
      <OnlyApi state={state} />
    </header>
  );
}

/** Says which API the numbers are of, if not of all. */
function OnlyApi({ state: { place, apiName } }: { readonly state: MonitoringState }) {
  const { strings, host } = useSession();
  const { apiId, range } = place;
  if (apiId === undefined) return null;
  return (
    <div class="toolbar">
      <strong>{fill(strings.onlyApi, apiName ?? apiId)}</strong>
      <Button kind="link" label={strings.allApis} onClick={() => void host.show({ range })} />
    </div>
  );
}

function Problem({ sentence }: { readonly sentence: string }) {
  const { strings, host } = useSession();
  const retry = <Button label={strings.tryAgain} icon="refresh" onClick={() => void host.refresh()} />;
  return (
    <Message kind="error" actions={retry}>
      {sentence}
    </Message>
  );
}

/** Why numbers come from the reports that should come from metrics: once, for all parts. */
function Replaced({ parts: { calls, latency, api } }: { readonly parts: MonitoringParts }) {
  const { strings } = useSession();
  const parts: readonly Part<Provenance>[] = [calls, latency, api];
  const [why] = parts.flatMap((part) => (part.kind === 'ready' && part.value.why) || []);
  return why === undefined ? null : <Message kind="warning">{fill(strings.replaced, why)}</Message>;
}

function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString(document.documentElement.lang);
}
