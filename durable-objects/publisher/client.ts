import type { Publisher as Contract, Publishers } from "#domain/publishing/publisher.ts";
import type { Publisher } from "./publisher.ts";

/** The publishers as Workers see them. */
export function publishers(namespace: DurableObjectNamespace<Publisher>): Publishers {
  return {
    get: (account) => {
      // Anew for each call: a stub that saw its object die stays broken, and carriers keep a publisher for a quarter of an hour.
      const stub = () => namespace.getByName(account);
      return {
        accept: (...args) => stub().accept(...args),
        view: (...args) => stub().view(...args),
        cancel: (...args) => stub().cancel(...args),
        retry: (...args) => stub().retry(...args),
        resolve: (...args) => stub().resolve(...args),
        change: (...args) => stub().change(...args),
        pause: (...args) => stub().pause(...args),
        resume: (...args) => stub().resume(...args),
        reconnected: (...args) => stub().reconnected(...args),
        take: (...args) => stub().take(...args),
        report: (...args) => stub().report(...args),
        sweep: (...args) => stub().sweep(...args),
      } satisfies Contract;
    },
  };
}
