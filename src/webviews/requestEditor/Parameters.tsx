import type { RequestData } from '../../shared/requestData.ts';
import { setFormat } from '../../shared/requestForm.ts';
import { Icon } from '../controls/Icon.tsx';
import { useSession } from './session.ts';
import { fill } from './text.ts';

/** What the URL is made of. */
export function Parameters({ request }: { readonly request: RequestData }) {
  const session = useSession();
  const { strings, target, host } = session;
  const address = target.kind === 'found' ? target.address : undefined;
  return (
    <div class="parameters">
      <Picker
        label={strings.workspace}
        value={request.workspace}
        id={address?.workspaceId}
        hint={strings.chooseWorkspace}
        onClick={() => void host.chooseWorkspace()}
      />
      <Picker
        label={strings.service}
        value={request.service}
        id={address?.endpointId}
        hint={strings.chooseService}
        onClick={() => void host.chooseService()}
      />
      <label class="field version">
        <span class="label">{strings.apiVersion}</span>
        <input
          class="input"
          value={request.apiVersion}
          spellcheck={false}
          onInput={({ currentTarget }) =>
            session.edit([{ kind: 'set', path: ['apiVersion'], value: currentTarget.value }], 'typing')
          }
        />
      </label>
      <label class="field" title={strings.formatHint}>
        <span class="label">{strings.format}</span>
        <span class="select">
          <select
            value={request.format ?? ''}
            onChange={({ currentTarget }) =>
              session.edit(setFormat(request, currentTarget.value === 'swagger' ? 'swagger' : undefined))
            }
          >
            <option value="">{strings.formatTable}</option>
            <option value="swagger">{strings.formatSwagger}</option>
          </select>
          <Icon name="down" />
        </span>
      </label>
      <label class="check" title={strings.detailsHint}>
        <input
          type="checkbox"
          checked={request.details}
          onChange={({ currentTarget }) =>
            session.edit([{ kind: 'set', path: ['details'], value: currentTarget.checked }])
          }
        />
        <span>{strings.details}</span>
      </label>
    </div>
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
  const { strings } = useSession();
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
