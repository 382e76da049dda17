import { Type } from '@sinclair/typebox';
import { stringEnum } from './string-enum';

/** Config that every kind of agent has. A kind spreads it into its own schema. */
export const baseConfig = {
  checkpoint_interval: Type.Integer({
    title: 'Checkpoint interval',
    description: 'Seconds after which a changed state is mirrored to Redis.',
    minimum: 10,
    maximum: 3600,
    default: 60,
  }),
  log_level: stringEnum(['debug', 'info', 'warn', 'error'], {
    title: 'Log level',
    description: 'How much of what the agent does is logged.',
    default: 'info',
  }),
};

export interface BaseConfig {
  checkpoint_interval: number;
  log_level: 'debug' | 'info' | 'warn' | 'error';
}
