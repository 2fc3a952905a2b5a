export { release as command } from './quarantine-set.ts';
