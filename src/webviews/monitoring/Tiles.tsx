import { callsIn, type CallCounts } from '../../protocol/apim/callCounts.ts';
import type { MonitoringParts, Part } from '../../shared/monitoringContract.ts';
import { Figure, Figures } from '../controls/Figures.tsx';
import { byteText } from '../controls/measures.ts';
import { useSession } from './session.ts';
import { countText, percentText, timeText } from './texts.ts';

/** The numbers of the whole time. */
export function Tiles({ parts: { calls, latency, bandwidth } }: { readonly parts: MonitoringParts }) {
  const { strings } = useSession();
  return (
    <section class="card" aria-label={strings.summary}>
      <Figures>
        <Figure name={strings.calls} value={valueOf(calls, ({ counts }) => countText(callsIn(counts)))} />
        <Figure
          name={strings.failed}
          value={valueOf(calls, ({ counts }) => (
            <Count of={counts} name="failed" />
          ))}
        />
        <Figure
          name={strings.blocked}
          value={valueOf(calls, ({ counts }) => (
            <Count of={counts} name="blocked" />
          ))}
        />
        <Figure name={strings.meanTime} value={valueOf(latency, ({ mean }) => timeText(mean, strings))} />
        <Figure
          name={strings.backendTime}
          value={valueOf(latency, ({ backend }) => timeText(backend, strings))}
        />
        <Figure
          name={strings.longestTime}
          value={valueOf(latency, ({ longest }) => timeText(longest, strings))}
        />
        <Figure
          name={strings.bandwidth}
          value={valueOf(bandwidth, ({ bytes }) => byteText(bytes, strings))}
        />
      </Figures>
    </section>
  );
}

function Count({ of: counts, name }: { readonly of: CallCounts; readonly name: 'failed' | 'blocked' }) {
  const all = callsIn(counts);
  return (
    <>
      {countText(counts[name])}
      {all > 0 && <span class="rate"> {percentText(counts[name] / all)}</span>}
    </>
  );
}

function valueOf<T, R>(part: Part<T>, text: (value: T) => R): R | string {
  if (part.kind === 'ready') return text(part.value);
  return part.kind === 'loading' ? '…' : '–';
}
