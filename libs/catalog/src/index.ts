export { CatalogBook, type CatalogChange, type Page as CatalogPage } from './catalog-book.ts';
export type { Offered, Offering, SellingChannel } from './offering.ts';
export { CatalogDesk, type ChannelPut, type Put } from './catalog-desk.ts';
export { type ImportResult, type ImportRow, importRows, putResource, type Resource } from './import-rows.ts';
export { KeyDesk } from './key-desk.ts';
export type { Policies } from './policy-book.ts';
export { PolicyClock } from './policy-clock.ts';
export { type ResourceOf, type SetupEntry, type SetupKind, withoutSecret } from './setup-entry.ts';
