import { expect, test } from "vitest";
import { envFile } from "./env-file.ts";

test("quotes so that nothing is expanded", () => {
  expect(envFile({ PLAIN: "x", SUM: "a=b c#d", MONEY: "$HOME", QUOTED: `it's "so"` })).toBe(
    ["PLAIN='x'", "SUM='a=b c#d'", "MONEY='\\$HOME'", 'QUOTED=`it\'s "so"`', ""].join("\n"),
  );
});

test.each([
  ["A", "two\nlines"],
  ["A", "both ' and `"],
  ["A B", "x"],
])("refuses %s with the value %j rather than write another one", (name, value) => {
  expect(() => envFile({ [name]: value })).toThrow("env file");
});
