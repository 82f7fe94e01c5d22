import type { DocumentState } from '../../shared/requestEditorContract.ts';
import { Button, Message, Tabs, tabId } from '../controls/controls.tsx';
import { Form } from './Form.tsx';
import { JsonBody } from './JsonBody.tsx';
import { useKept, useSession } from './session.ts';

const panelId = 'body';

/** The body, as a form or as the JSON that is sent. */
export function Body({ state }: { readonly state: Extract<DocumentState, { kind: 'request' }> }) {
  const { strings, host, queue } = useSession();
  const [tab, setTab] = useKept('bodyTab', 'form');
  const selected = tab === 'json' ? 'json' : 'form';
  const select = (id: string): void => {
    void queue.flush();
    setTab(id);
  };
  return (
    <section class="body" aria-label={strings.body}>
      <Tabs
        label={strings.body}
        panelId={panelId}
        selected={selected}
        onSelect={select}
        tabs={[
          { id: 'form', label: strings.form },
          { id: 'json', label: strings.json },
        ]}
      >
        <Button
          kind="link"
          icon="document"
          label={strings.openAsText}
          title={strings.openAsTextHint}
          onClick={() => void host.openAsText()}
        />
      </Tabs>
      <div id={panelId} class="tab-panel" role="tabpanel" aria-labelledby={tabId(panelId, selected)}>
        {selected === 'json' ? (
          <JsonBody state={state} />
        ) : state.data.body === undefined ? (
          <Form request={state.data} />
        ) : (
          <Message
            kind="warning"
            actions={<Button label={strings.showJson} onClick={() => setTab('json')} />}
          >
            {strings.bodyKeptForm}
          </Message>
        )}
      </div>
    </section>
  );
}
