import { join } from 'node:path';
import type { BundleOptions } from '@temporalio/worker';

/**
 * How the workflows are bundled; the same for the build, for tests, and for a replay.
 * @param encrypted for a worker that encrypts: failures are made inside of the workflow, and must be made for the codec to see
 */
export function bundleOptions(projectRoot: string, encrypted: boolean): BundleOptions {
  return {
    workflowsPath: join(projectRoot, 'workflows/index.ts'),
    ...(encrypted ? { failureConverterPath: join(projectRoot, 'temporal/codec/failure-converter.ts') } : {}),
    // Heavy and stateless: evaluated once per worker instead of once per cached workflow.
    preloadModules: [
      join(projectRoot, 'actors/registry.ts'),
      join(projectRoot, 'actors/runbook/expressions.ts'),
      join(projectRoot, 'actors/runbook/duration.ts'),
      '@sinclair/typebox',
      '@sinclair/typebox/value',
      '@noble/hashes/sha2.js',
      'canonicalize',
    ],
    webpackConfigHook: (config) => ({
      ...config,
      // One scope and today's JavaScript: hashing calls small imported functions millions of times.
      optimization: { ...config.optimization, concatenateModules: true, usedExports: true, providedExports: true },
      module: { ...config.module, rules: (config.module?.rules ?? []).map(withModernTarget) },
    }),
  };
}

type Rule = NonNullable<
  NonNullable<Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0]['module']>['rules']
>[number];

/** The SDK's own rule compiles down to ES2017; the sandbox runs on the same Node as everything else. */
function withModernTarget(rule: Rule): Rule {
  if (!rule || typeof rule !== 'object' || !rule.use || typeof rule.use !== 'object' || !('options' in rule.use))
    return rule;
  const options = rule.use.options as { jsc?: object };
  return { ...rule, use: { ...rule.use, options: { ...options, jsc: { ...options.jsc, target: 'es2022' } } } };
}
