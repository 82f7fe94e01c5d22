import { Icon } from '../controls/Icon.tsx';
import { fill } from '../controls/fill.ts';
import { useDocument } from './documentSession.ts';

/** Workspace and service of the document. */
export function TargetPickers({
  data,
}: {
  readonly data: { readonly workspace: string; readonly service: string };
}) {
  const { strings, target, host } = useDocument();
  const address = target.kind === 'found' ? target.address : undefined;
  return (
    <>
      <Picker
        label={strings.workspace}
        value={data.workspace}
        id={address?.workspaceId}
        hint={strings.chooseWorkspace}
        onClick={() => void host.chooseWorkspace()}
      />
      <Picker
        label={strings.service}
        value={data.service}
        id={address?.endpointId}
        hint={strings.chooseService}
        onClick={() => void host.chooseService()}
      />
    </>
  );
}

interface PickerProps {
  readonly label: string;
  readonly value: string;
  /** As it is in the URL. */
  readonly id: string | undefined;
  readonly hint: string;
  readonly onClick: () => void;
}

/** Opens VS Code's own list, which can be searched; a service may be one of thousands. */
function Picker({ label, value, id, hint, onClick }: PickerProps) {
  const { strings } = useDocument();
  return (
    <div class="field picker">
      <span class="label" aria-hidden="true">
        {label}
      </span>
      <button
        type="button"
        class="picker-button"
        title={id === undefined ? value : `${value}\n${id}`}
        onClick={onClick}
      >
        <span class="sr-only">{fill(hint, value || '–')}</span>
        <span class="picker-value" aria-hidden="true">
          {value || strings.choose}
        </span>
        <code class="id" aria-hidden="true">
          {id}
        </code>
        <Icon name="down" />
      </button>
    </div>
  );
}
