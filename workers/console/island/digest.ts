/** SHA-256 of a file, in a worker of its own that ends with it. Null where it can't be had. */
export function digestApart(file: File, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./digest-worker.js", import.meta.url), { type: "module" });
    const end = (hex: string | null): void => {
      worker.terminate();
      resolve(hex);
    };
    worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => end(typeof data === "string" ? data : null));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      end(null);
    });
    signal.addEventListener("abort", () => end(null));
    worker.postMessage(file);
  });
}
