export { sumOf } from './telling.ts';
