import type { LocalFile } from "./local-file.ts";

/** What a person sees when the world is up: where it is, and what to try next. */
export function banner(local: LocalFile, stateDir: string): string {
  const upload = `${local.url}/upload/video.mp4`;
  const authorization = `-H "Authorization: Bearer $KEY"`;
  return `
  Sluice runs at ${local.url}

    first page      ${local.url}/   (sign in with the key below)
    API reference   ${local.url}/docs
    control         ${local.world.control}
    state           ${stateDir}   (keys and addresses: local.json; log: worker.log)

  Try it: send a video, cut it after a second, ask what arrived, send the rest.

    KEY=${local.api_key}
    curl ${authorization} -T video.mp4 --limit-rate 1M --max-time 1 ${upload}
    curl ${authorization} -i -X PUT -H "Content-Range: bytes */*" ${upload}
        308, Range: bytes=0-N
    curl ${authorization} -T video.mp4 -C $((N + 1)) ${upload}

  Ctrl-C stops everything; the next start goes on from here.
`;
}
