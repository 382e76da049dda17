import { JsonView } from '../../../ui/json-view';
import { Panel } from '../../../ui/panel';
import { useAgent } from '../agent-page';
import { DevopsOverview } from './devops-overview';
import { FlagsOverview } from './flags-overview';

/** The state in the form that tells people most. */
export function Component() {
  const agent = useAgent();
  switch (agent.kind) {
    case 'devops':
      return <DevopsOverview agent={agent} />;
    case 'flags':
      return <FlagsOverview agent={agent} />;
    default:
      return (
        <Panel title="State">
          <JsonView value={agent.state} label="State" />
        </Panel>
      );
  }
}
