import { spawn } from "node:child_process";

/**
 * Runs a command that ends with the world. Started in a process group of its own with a pipe as stdin: when the world's end
 * of the pipe goes, however it went, the whole group goes.
 */
const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error("usage: leash COMMAND [ARGUMENT…]");

const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });

const endGroup = (): void => {
  process.kill(-process.pid, "SIGKILL");
};

process.stdin.on("end", endGroup).on("close", endGroup).on("error", endGroup).resume();

// The group gets the signal too; the leash outlives it to report how the command ended.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

child.once("error", (cause) => {
  process.stderr.write(`${String(cause)}\n`);
  process.exit(127);
});
child.once("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
