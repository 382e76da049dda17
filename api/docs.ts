import { join } from 'node:path';
import type Router from '@koa/router';
import type { Middleware } from 'koa';
import mount from 'koa-mount';
import serveStatic from 'koa-static';
import { projectRoot } from '../infra/paths';
import { problems } from './problems';
import { apiPrefix, type RequestState } from './route';

const assets = new Set(['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png']);

const page = (title: string, head: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
${head}
</head>
<body>
${body}
</body>
</html>
`;

const docsPage = page(
  'Ymera API',
  '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">',
  `<main id="swagger-ui"></main>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>`,
);

const startScript = `SwaggerUIBundle({ url: '${apiPrefix}/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

const problemStyle = `body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h2{margin:2rem 0 0;font-size:1.1rem}p{margin:.25rem 0}code{background:#f0f0f0;padding:.1em .3em;border-radius:3px}
section:target{outline:2px solid #2563eb;outline-offset:.5rem}\n`;

/** The readable catalogue of problems; each one's `type` leads to its place here. */
export function problemsPage(): string {
  const sections = Object.entries(problems).map(
    ([code, { status, title, meaning }]) => `<section id="${code}">
<h2>${escape(title)}</h2>
<p><code>${code}</code>, status ${status}</p>
<p>${marked(meaning)}</p>
</section>`,
  );
  const intro =
    '<h1>Problems</h1>\n<p>Errors are <code>application/problem+json</code> (RFC 9457). Rely on <code>code</code> and <code>type</code>; texts may change.</p>';
  return page(
    'Ymera: problems',
    '<link rel="stylesheet" href="/docs/problems.css">',
    `<main>\n${intro}\n${sections.join('\n')}\n</main>`,
  );
}

/** The pages that this process makes, by path; `npm run validate:csp` looks at them too. */
export const pages: Readonly<Record<string, () => string>> = {
  '/docs': () => docsPage,
  '/docs/problems': problemsPage,
};

/** Serves `/docs` and what it needs. */
export function mountDocs(router: Router<RequestState>): void {
  const text = (path: string, type: string, body: string): void => {
    router.get(path, (ctx) => {
      ctx.state.route = path;
      ctx.type = type;
      ctx.body = body;
    });
  };
  for (const [path, html] of Object.entries(pages)) text(path, 'html', html());
  text('/docs/start.js', 'text/javascript', startScript);
  text('/docs/problems.css', 'css', problemStyle);
}

/** The files of Swagger UI, and no others of its package. */
export function docsAssets(): Middleware<RequestState> {
  const files = serveStatic(join(projectRoot, 'node_modules/swagger-ui-dist'), { index: false, maxage: 3_600_000 });
  return mount('/docs/assets', (ctx, next) => {
    if (!assets.has(ctx.path)) return next();
    ctx.state.route = '/docs/assets';
    return files(ctx, next) as Promise<void>;
  });
}

function marked(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
