import type { UploadSessions } from "#domain/uploads/upload-session.ts";
import { fakeUploadSession, type FakeControls, type FakeUploadSession } from "./fake-upload-session.ts";

export type FakeSessions = UploadSessions & { readonly known: ReadonlyMap<string, FakeUploadSession>; of(id: string): FakeUploadSession };

/** A session by every id that is asked for, as the real ones are. */
export function fakeSessions(now: () => number): FakeSessions {
  const known = new Map<string, FakeUploadSession>();
  const of = (id: string): FakeUploadSession => {
    const session = known.get(id) ?? fakeUploadSession(controls);
    known.set(id, session);
    return session;
  };
  const controls: FakeControls = { now, outage: false, slowCompletion: false, sourceBytes: (id) => of(id).bytes() };
  return { known, of, get: of };
}
