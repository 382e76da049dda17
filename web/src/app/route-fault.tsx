import { useRouteError } from 'react-router';
import { Button } from '../ui/button';
import { Page } from '../ui/page';
import { Problem } from '../ui/states';

/** In the place of a page that broke, or whose code could not be loaded. */
export function RouteFault() {
  const error = useRouteError();
  return (
    <main>
      <Page title="This page broke">
        <Problem error={error} />
        <div>
          <Button onClick={() => location.reload()}>Load it again</Button>
        </div>
      </Page>
    </main>
  );
}
