import { useNavigate } from 'react-router';
import { Page } from '../../ui/page';
import { RunbookEditor } from './runbook-editor';

const beginning = `name: my-runbook
description: What it is for, and when to run it.
input:
  text: {type: string, default: hello}
steps:
  - id: say
    action: debug.echo
    with: {text: "\${{ input.text }}"}
`;

/** A runbook that is not there yet. */
export function Component() {
  const navigate = useNavigate();
  return (
    <Page title="Write a runbook" trail={[['Runbooks', '/runbooks']]}>
      <RunbookEditor
        name={null}
        source={beginning}
        newest={null}
        onSaved={(name) => void navigate(`/runbooks/${name}`)}
        onDiscard={() => void navigate('/runbooks')}
      />
    </Page>
  );
}
