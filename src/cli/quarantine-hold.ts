export { hold as command } from './quarantine-set.ts';
