import { ISLAND, ISLAND_PATH } from "#console/built-island.ts";
import { ICON } from "#console/icon.ts";
import { CONSOLE_PERMISSIONS, CONSOLE_POLICY, consolePage } from "#console/page.ts";
import { STYLE } from "#console/style.ts";
import type { Api } from "#api/context.ts";
import { problem } from "#api/problem.ts";

const BRIEFLY = "public, max-age=300";
const FOR_EVER = "public, max-age=31536000, immutable";

/** The page that people work with: it is made of the public API and needs nothing else of the Worker. */
export function consoleRoutes(api: Api): void {
  api.get("/", (c) => {
    c.header("Content-Security-Policy", CONSOLE_POLICY);
    c.header("Permissions-Policy", CONSOLE_PERMISSIONS);
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    // Names the modules of its own release, so it is never older than they are.
    c.header("Cache-Control", "no-cache");
    return c.html(consolePage());
  });
  api.get("/console/style.css", (c) => c.body(STYLE, 200, { "Content-Type": "text/css; charset=utf-8", "Cache-Control": BRIEFLY }));
  api.get("/console/icon.svg", (c) => c.body(ICON, 200, { "Content-Type": "image/svg+xml", "Cache-Control": BRIEFLY }));
  api.get("/console/:version/:module", (c) => {
    const { version, module } = c.req.param();
    const source = Object.hasOwn(ISLAND, module) ? ISLAND[module] : undefined;
    if (source === undefined) return problem(c, { code: "not_found" });
    // A page that was open through a deploy gets what there is now, and nobody keeps it under the old name.
    const cached = ISLAND_PATH === `/console/${version}/` ? FOR_EVER : "no-store";
    return c.body(source, 200, {
      "Content-Type": "text/javascript; charset=utf-8",
      "Content-Security-Policy": CONSOLE_POLICY,
      "Cross-Origin-Resource-Policy": "same-origin",
      "Cache-Control": cached,
    });
  });
}
