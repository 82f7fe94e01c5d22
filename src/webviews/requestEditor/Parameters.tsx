import type { RequestData } from '../../shared/requestData.ts';
import { setFormat } from '../../shared/requestForm.ts';
import { Icon } from '../controls/Icon.tsx';
import { TargetPickers } from '../document/TargetPickers.tsx';
import { useSession } from './session.ts';

/** What the URL is made of. */
export function Parameters({ request }: { readonly request: RequestData }) {
  const session = useSession();
  const { strings } = session;
  return (
    <div class="parameters">
      <TargetPickers data={request} />
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
