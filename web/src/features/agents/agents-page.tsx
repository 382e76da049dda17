import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';

export function Component() {
  const query = useQuery({ queryKey: ['agents'], queryFn: () => unwrap(api.GET('/api/v1/agents')) });
  return (
    <Page title="Agents">
      <Panel title="All agents">
        <Loaded query={query}>
          {({ agents }) =>
            agents.length === 0 ? (
              <Empty title="No agents yet" />
            ) : (
              <ul>
                {agents.map(({ id }) => (
                  <li key={id}>{id}</li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}
