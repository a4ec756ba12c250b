import type { UploadSession as Session, UploadSessions } from "#domain/uploads/upload-session.ts";
import { err } from "#domain/result.ts";
import type { UploadSession } from "./upload-session.ts";

/** The reason with which a session cancels the body of a request that a newer one takes over. */
const SUPERSEDED = "superseded";

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
        append: async (command, body) => {
          try {
            return await stub.append(command, body);
          } catch (cause) {
            // A cancelled body may break its call before the call's answer is back: whoever cancelled it said why.
            if (!String(cause).includes(SUPERSEDED)) throw cause;
            const now = await stub.look(command.access);
            return now.ok ? err({ code: "superseded", offset: now.value.offset }) : now;
          }
        },
        complete: (...args) => stub.complete(...args),
        cancel: (...args) => stub.cancel(...args),
        admitHandle: (...args) => stub.admitHandle(...args),
        source: (...args) => stub.source(...args),
        retire: (...args) => stub.retire(...args),
        sweep: () => stub.sweep(),
        acknowledge: (...args) => stub.acknowledge(...args),
      } satisfies Session;
    },
  };
}
