import { version } from '../package.json';
import { openApi } from './openapi';
import { routes } from './routes/all';

// The description of the API on stdout, for what is made from it.
process.stdout.write(JSON.stringify(openApi(routes, version)));
