export { CatalogBook, type CatalogChange, type Page as CatalogPage } from './catalog-book.ts';
export type { Offered, Offering, SellingChannel } from './offering.ts';
export { CatalogContention, CatalogDesk, type ChannelPut, type Put } from './catalog-desk.ts';
export { type ImportResult, type ImportRow, importRows } from './import-rows.ts';
export { KeyBook, type KeyRecord } from './key-book.ts';
export { type Identity, KeyDesk, type KeyOwner } from './key-desk.ts';
export type { Policies } from './policy-book.ts';
export { PolicyClock } from './policy-clock.ts';
export {
  type PublicChannel,
  type ResourceOf,
  type SetupEntry,
  type SetupKind,
  withoutSecret,
} from './setup-entry.ts';
