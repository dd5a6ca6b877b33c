/**
 * Properties are checked on the same cases each time, so that what lands is judged by what it changed.
 * New cases are looked for by hand: `PROPERTY_SEED=random npm test`, or a number that one has told.
 */
import { configureGlobal, readConfigureGlobal } from 'fast-check';

const SEED = 20_260_301;

const asked = process.env['PROPERTY_SEED'];
if (asked !== 'random') configureGlobal({ ...readConfigureGlobal(), seed: Number(asked ?? SEED) });
