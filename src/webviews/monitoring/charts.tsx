import { callResults, callsIn } from '../../protocol/apim/callCounts.ts';
import type { TimeSpan } from '../../protocol/apim/timeSpan.ts';
import type { Bandwidth, Calls, Latency } from '../../shared/monitoringContract.ts';
import { fill } from '../controls/fill.ts';
import { byteText } from '../controls/measures.ts';
import { useSession } from './session.ts';
import { countText, momentText, timeText } from './texts.ts';
import { TimeChart } from './TimeChart.tsx';

interface Over {
  /** The whole time. */
  readonly span: TimeSpan;
}

export function CallsChart({ calls: { counts, points }, span }: Over & { readonly calls: Calls }) {
  const { strings } = useSession();
  const parts = points.map((point) => ({ ...point, calls: callsIn(point.counts) }));
  const most = parts.reduce((one, other) => (other.calls > one.calls ? other : one), {
    calls: 0,
    from: span.from,
  });
  return (
    <TimeChart
      title={strings.callsOverTime}
      label={fill(
        strings.callsChart,
        countText(callsIn(counts)),
        countText(most.calls),
        momentText(most.from),
      )}
      span={span}
      legend={callResults.map((result) => ({
        mark: result,
        text: `${countText(counts[result])} ${strings.results[result]}`,
      }))}
      columns={callResults.map((result) => strings.results[result])}
      bars={points.map(({ from, to, counts: own }) => ({
        from,
        to,
        values: callResults.map((result) => own[result]),
        cells: callResults.map((result) => countText(own[result])),
      }))}
      most={countText(most.calls)}
    />
  );
}

export function LatencyChart({ latency: { points }, span }: Over & { readonly latency: Latency }) {
  const { strings } = useSession();
  const means = points.flatMap(({ mean }) => mean ?? []);
  const longest = timeText(Math.max(...means), strings);
  return (
    <TimeChart
      title={strings.latencyOverTime}
      label={fill(strings.latencyChart, timeText(Math.min(...means), strings), longest)}
      span={span}
      legend={[
        { mark: 'backend', text: strings.ofBackend },
        { mark: 'gateway', text: strings.ofGateway },
      ]}
      columns={[strings.meanTime, strings.backendTime, strings.longestTime]}
      bars={points.map(({ from, to, mean = 0, backend = 0, longest: max }) => ({
        from,
        to,
        values: [Math.min(backend, mean), Math.max(mean - backend, 0)],
        cells: [mean, backend, max].map((time) => timeText(time, strings)),
      }))}
      most={longest}
    />
  );
}

export function BandwidthChart({
  bandwidth: { bytes, points },
  span,
}: Over & { readonly bandwidth: Bandwidth }) {
  const { strings } = useSession();
  const most = points.reduce((one, other) => (other.bytes > one.bytes ? other : one), {
    bytes: 0,
    from: span.from,
  });
  const [all, highest] = [byteText(bytes, strings), byteText(most.bytes, strings)];
  return (
    <TimeChart
      title={strings.bandwidthOverTime}
      label={fill(strings.bandwidthChart, all, highest, momentText(most.from))}
      span={span}
      legend={[{ mark: 'bandwidth', text: all }]}
      columns={[strings.bandwidth]}
      bars={points.map(({ from, to, bytes: own }) => ({
        from,
        to,
        values: [own],
        cells: [byteText(own, strings)],
      }))}
      most={highest}
    />
  );
}
