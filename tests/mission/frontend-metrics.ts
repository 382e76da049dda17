import type { Category } from './lab';

export const frontendMetrics: Category = () => undefined;
