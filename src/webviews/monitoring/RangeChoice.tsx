import { useState } from 'preact/hooks';
import type { TimeSpan } from '../../protocol/apim/timeSpan.ts';
import { lastTimes, type MonitoringPlace, type TimeRange } from '../../shared/monitoringContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { Select } from '../controls/Select.tsx';
import { useSession } from './session.ts';

/** Numbers are kept for 93 days. Source: azure-rest-api-specs monitor, examples of metric definitions. */
const daysKept = 90;

interface RangeChoiceProps {
  readonly place: MonitoringPlace;
  readonly span: TimeSpan;
}

/** The time that the numbers are of. */
export function RangeChoice({ place, span }: RangeChoiceProps) {
  const { strings, host } = useSession();
  const { apiId, range } = place;
  const [isAsking, ask] = useState('between' in range);
  const show = (chosen: TimeRange): void =>
    void host.show({ range: chosen, ...(apiId !== undefined && { apiId }) });
  const choices = [...lastTimes, 'between'] as const;
  return (
    <>
      <div class="range">
        <Select
          label={strings.range}
          value={isAsking || 'between' in range ? 'between' : range.last}
          options={choices.map((value) => ({ value, text: strings.ranges[value] }))}
          onChange={(value) => {
            const last = lastTimes.find((each) => each === value);
            ask(last === undefined);
            if (last !== undefined) show({ last });
          }}
        />
      </div>
      {isAsking && <TwoTimes span={span} onChoose={(between) => show({ between })} />}
    </>
  );
}

interface TwoTimesProps {
  readonly span: TimeSpan;
  readonly onChoose: (between: readonly [from: string, to: string]) => void;
}

function TwoTimes({ span, onChoose }: TwoTimesProps) {
  const { strings } = useSession();
  const [from, setFrom] = useState(() => localText(span.from));
  const [to, setTo] = useState(() => localText(span.to));
  const [start, end] = [new Date(from), new Date(to)];
  const oldest = Date.now() - daysKept * 24 * 60 * 60_000;
  const isGood = start < end && start.getTime() >= oldest;
  return (
    <>
      <input
        class="input time"
        type="datetime-local"
        aria-label={strings.from}
        value={from}
        onInput={(event) => setFrom(event.currentTarget.value)}
      />
      <input
        class="input time"
        type="datetime-local"
        aria-label={strings.to}
        value={to}
        onInput={(event) => setTo(event.currentTarget.value)}
      />
      <Button
        label={strings.show}
        disabled={!isGood}
        onClick={() => onChoose([start.toISOString(), end.toISOString()])}
      />
      {!isGood && <Message kind="warning">{strings.wrongTimes}</Message>}
    </>
  );
}

/** In the form that the browser's field takes, in this computer's time zone. */
function localText(time: number): string {
  const offset = new Date(time).getTimezoneOffset() * 60_000;
  return new Date(time - offset).toISOString().slice(0, 16);
}
