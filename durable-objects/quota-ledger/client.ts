import type { QuotaLedger as Ledger, QuotaLedgers } from "#domain/quota/quota-ledger.ts";
import type { QuotaLedger } from "./quota-ledger.ts";

/** The ledgers as Workers and other objects see them: one for each project. */
export function quotaLedgers(namespace: DurableObjectNamespace<QuotaLedger>): QuotaLedgers {
  return {
    get: (project) => {
      // Anew for each call: a stub that saw its object die stays broken, and carriers keep a ledger for a quarter of an hour.
      const stub = () => namespace.getByName(project);
      return {
        reserve: (...args) => stub().reserve(...args),
        settle: (...args) => stub().settle(...args),
        exhausted: (...args) => stub().exhausted(...args),
        view: () => stub().view(),
      } satisfies Ledger;
    },
  };
}
