import type { Progress } from '../command.ts';

/** The check of a log's file, in the words that `backup`, `restore` and `verify` share. */
export const checkOfFile = ({ done, of }: { readonly done: number; readonly of: number }): Progress => ({
  step: 'checking the files',
  done,
  total: of,
  unit: 'checks',
});
