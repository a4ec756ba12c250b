/** While bytes are on their way the tab is not closed without a question, and the screen does not put the machine to sleep. */
export interface Vigil {
  keep(inFlight: boolean): void;
}

export function vigil(): Vigil {
  let keeping = false;
  let lock: WakeLockSentinel | null = null;
  const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

  const hold = async (): Promise<void> => {
    if (!keeping || lock !== null || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => {
        lock = null;
      });
      if (!keeping) await lock.release();
    } catch {
      lock = null;
    }
  };
  document.addEventListener("visibilitychange", () => void hold());

  return {
    keep(inFlight) {
      if (inFlight === keeping) return;
      keeping = inFlight;
      if (inFlight) addEventListener("beforeunload", ask);
      else removeEventListener("beforeunload", ask);
      if (inFlight) void hold();
      else void lock?.release();
    },
  };
}
