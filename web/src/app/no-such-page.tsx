import { Page } from '../ui/page';
import { ButtonLink } from '../ui/button';
import { Empty } from '../ui/states';

export function Component() {
  return (
    <Page title="No such page">
      <Empty title="There is nothing at this address">
        <ButtonLink to="/agents">To the agents</ButtonLink>
      </Empty>
    </Page>
  );
}
