// refused by: eslint(no-restricted-imports)
import type { Row } from "#adapters/d1/uploads.ts";
export type Upload = Row;
