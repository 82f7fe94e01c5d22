import { useState } from 'preact/hooks';
import type { DocumentState } from '../../shared/requestEditorContract.ts';
import { Button, Message, Tabs, tabId } from '../controls/controls.tsx';
import type { Problem } from '../../shared/inputProblems.ts';
import type { RequestData } from '../../shared/requestData.ts';
import { inputForms } from '../../shared/requestForm.ts';
import { Form } from './Form.tsx';
import { GridBody } from './GridBody.tsx';
import { JsonBody } from './JsonBody.tsx';
import { Problems } from './Problems.tsx';
import { useKept, useSession } from './session.ts';

const panelId = 'body';
const views = ['form', 'grid', 'json'] as const;
/** A form shows a row at a time, which is no way to look at many. */
const rowsForForm = 20;

/** The body: as a form, as a grid, or as the JSON that is sent. */
export function Body({ state }: { readonly state: Extract<DocumentState, { kind: 'request' }> }) {
  const session = useSession();
  const { strings, host, queue } = session;
  const [kept, setTab] = useKept('bodyTab', '');
  const [goal, setGoal] = useState<Problem>();
  const selected = views.find((view) => view === kept) ?? usualView(state.data);
  const select = async (id: string): Promise<void> => {
    setGoal(undefined);
    await queue.flush();
    // Of a long body the page does not keep the text while its rows are edited.
    if (id === 'json') queue.receive(await host.read());
    setTab(id);
  };
  const goTo = (problem: Problem): void => {
    const view = selected === 'json' ? 'grid' : selected;
    setTab(view);
    setGoal({ ...problem });
  };
  return (
    <section class={selected === 'grid' ? 'body grid-view' : 'body'} aria-label={strings.body}>
      <Tabs
        label={strings.body}
        panelId={panelId}
        selected={selected}
        onSelect={(id) => void select(id)}
        tabs={[
          { id: 'form', label: strings.form },
          { id: 'grid', label: strings.grid },
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
        <Problems found={session.problems} onGoTo={goTo} />
        {selected === 'json' ? (
          <JsonBody state={state} />
        ) : state.data.body === undefined ? (
          selected === 'grid' ? (
            <GridBody request={state.data} goTo={goal} />
          ) : (
            <Form request={state.data} goTo={goal} />
          )
        ) : (
          <Message
            kind="warning"
            actions={<Button label={strings.showJson} onClick={() => void select('json')} />}
          >
            {strings.bodyKeptForm}
          </Message>
        )}
      </div>
    </section>
  );
}

function usualView(request: RequestData): (typeof views)[number] {
  return inputForms(request).some(({ rowCount }) => rowCount > rowsForForm) ? 'grid' : 'form';
}
