import type { Cell, Column, GlobalParameter, Port } from '../../protocol/studio/serviceSchema.ts';
import type { FoundService } from '../../shared/dashboardContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { DataTable } from '../controls/DataTable.tsx';
import { RunButton } from './RunButton.tsx';
import { useSession } from './session.ts';

/** What the service takes and gives, or why that is not known and what helps. */
export function Schema({ service }: { readonly service: FoundService }) {
  const { strings } = useSession();
  return (
    <section class="card" aria-label={strings.schema}>
      <h2>{strings.schema}</h2>
      <SchemaContent service={service} />
    </section>
  );
}

function SchemaContent({ service: { schema, trouble } }: { readonly service: FoundService }) {
  const { strings, host } = useSession();
  const remedies = (
    <>
      <RunButton label={strings.attachSchema} command="attachSchema" />
      <Button kind="link" label={strings.tryAgain} onClick={() => void host.reload()} />
    </>
  );
  if (schema === 'loading') return <p class="muted">{strings.loadingSchema}</p>;
  if (schema === 'none') {
    return (
      <Message kind="info" actions={remedies}>
        {strings.noSchema}
      </Message>
    );
  }
  if ('unread' in schema) {
    // The page begins with a trouble and what mends it.
    const reason = schema.unread === trouble?.sentence ? '' : schema.unread;
    return (
      <Message kind="warning" actions={remedies}>
        {fill(strings.schemaUnread, reason)}
      </Message>
    );
  }
  return (
    <>
      {schema.inputs.map((port) => (
        <PortTable key={port.name} title={fill(strings.input, port.name)} port={port} />
      ))}
      {schema.outputs.map((port) => (
        <PortTable key={port.name} title={fill(strings.output, port.name)} port={port} />
      ))}
      {schema.globalParameters.length > 0 && <ParameterTable parameters={schema.globalParameters} />}
    </>
  );
}

function PortTable({ title, port }: { readonly title: string; readonly port: Port }) {
  const { strings } = useSession();
  const [sample = []] = port.sampleRows;
  return (
    <>
      <h3>{title}</h3>
      {port.columns.length === 0 ? (
        <p class="muted">{strings.noColumns}</p>
      ) : (
        <DataTable
          label={title}
          titles={[strings.name, strings.type, strings.nullable, strings.values, strings.example]}
        >
          {port.columns.map((column, i) => (
            <tr key={column.name}>
              <th scope="row">{column.name}</th>
              <td>{typeText(column)}</td>
              <td>{column.nullable ? strings.allowed : strings.notAllowed}</td>
              <td>{column.allowedValues?.join(', ')}</td>
              <td>{cellText(sample[i], strings.nullValue)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </>
  );
}

function ParameterTable({ parameters }: { readonly parameters: readonly GlobalParameter[] }) {
  const { strings } = useSession();
  return (
    <>
      <h3>{strings.globalParameters}</h3>
      <DataTable
        label={strings.globalParameters}
        titles={[strings.name, strings.type, strings.default, strings.values]}
      >
        {parameters.map((parameter) => (
          <tr key={parameter.name}>
            <th scope="row" title={parameter.description}>
              {parameter.name}
            </th>
            <td>{typeText(parameter)}</td>
            <td>
              {parameter.required === true
                ? strings.required
                : cellText(parameter.default, strings.nullValue)}
            </td>
            <td>{parameter.allowedValues?.join(', ')}</td>
          </tr>
        ))}
      </DataTable>
    </>
  );
}

function typeText({ type, format }: Pick<Column, 'type' | 'format'>): string {
  return format === undefined || format === type ? type : `${type} (${format})`;
}

function cellText(cell: Cell | undefined, nullText: string): string {
  return cell === null ? nullText : String(cell ?? '');
}
