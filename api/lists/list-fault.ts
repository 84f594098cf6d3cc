import { AppError } from '../../domain/problems/errors.ts';
import { said, type Flaw } from '../../domain/problems/said.ts';

/** Refuses a whole list, because of `row` if given. */
export const listFault = (found: Flaw, row?: number): AppError =>
  new AppError('invalid-list', said('list-refused'), [{ field: 'list', ...(row === undefined ? {} : { row }), ...found }]);
