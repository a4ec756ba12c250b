import type { UploadSession as Session, UploadSessions } from "#domain/uploads/upload-session.ts";
import type { UploadSession } from "./upload-session.ts";

/** The sessions as Workers see them. */
export function uploadSessions(namespace: DurableObjectNamespace<UploadSession>): UploadSessions {
  return {
    get: (id) => {
      const stub = namespace.getByName(id);
      return {
        open: (...args) => stub.open(...args),
        look: (...args) => stub.look(...args),
        view: (...args) => stub.view(...args),
        query: (...args) => stub.query(...args),
        append: (...args) => stub.append(...args),
        complete: (...args) => stub.complete(...args),
        cancel: (...args) => stub.cancel(...args),
        admitHandle: (...args) => stub.admitHandle(...args),
        source: (...args) => stub.source(...args),
        retire: (...args) => stub.retire(...args),
        sweep: () => stub.sweep(),
      } satisfies Session;
    },
  };
}
