import { join } from "node:path";
import { expect, test } from "vitest";
import { parseArguments, REPOSITORY } from "./arguments.ts";

test("without arguments the world is the repository's own", () => {
  expect(parseArguments([])).toEqual({
    ok: true,
    value: {
      port: null,
      stateDir: join(REPOSITORY, ".sluice"),
      config: join(REPOSITORY, "wrangler.toml"),
      quiet: false,
      isPrivate: false,
      vars: {},
    },
  });
});

test("reads every option", () => {
  const args = ["--port", "0", "--state", "/tmp/s", "--config", "/tmp/w.toml", "--quiet", "--private", "--var", "A=1=2", "--var", "B="];
  expect(parseArguments(args)).toEqual({
    ok: true,
    value: { port: 0, stateDir: "/tmp/s", config: "/tmp/w.toml", quiet: true, isPrivate: true, vars: { A: "1=2", B: "" } },
  });
  expect(parseArguments(["--help"])).toEqual({ ok: true, value: null });
});

test.each([[["--port", "65536"]], [["--port", "x"]], [["--var", "A"]], [["--var", "1A=x"]], [["--unheard-of"]], [["stray"]]])(
  "refuses %j",
  (args) => {
    expect(parseArguments(args)).toMatchObject({ ok: false, error: { code: "bad_arguments" } });
  },
);
