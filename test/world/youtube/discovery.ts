import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

type Shape =
  | { readonly kind: "primitive"; readonly type: "string" | "number" | "boolean" }
  | { readonly kind: "schema"; readonly name: string }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Shape>; readonly others: Shape | null };

/** YouTube's discovery document, as Google's generator has written it into the types of its client. */
const declarations = readFileSync(join(createRequire(import.meta.url).resolve("@googleapis/youtube"), "..", "v3.d.ts"), "utf8")
  .replace(/\/\*[\s\S]*?\*\//g, "")
  .replace(/\s+/g, " ");

const schemas = new Map<string, Shape>();

/** Where a value is not what the discovery document says of a schema: fields that it does not have, values of another type. */
export function mismatches(value: unknown, schema: string): string[] {
  return compare(value, schemaNamed(schema), schema);
}

function schemaNamed(name: string): Shape {
  const known = schemas.get(name);
  if (known !== undefined) return known;
  const mark = `export interface Schema$${name} {`;
  const at = declarations.indexOf(mark);
  if (at < 0) throw new Error(`the discovery document has no schema ${name}`);
  const [shape] = parseObject(at + mark.length);
  schemas.set(name, shape);
  return shape;
}

function compare(value: unknown, shape: Shape, path: string): string[] {
  switch (shape.kind) {
    case "primitive":
      return typeof value === shape.type ? [] : [`${path} is ${typeof value}, not ${shape.type}`];
    case "schema":
      return compare(value, schemaNamed(shape.name), path);
    case "list":
      return Array.isArray(value) ? value.flatMap((each, index) => compare(each, shape.of, `${path}[${index}]`)) : [`${path} is no list`];
    case "object":
      if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path} is no object`];
      return Object.entries(value).flatMap(([name, each]) => {
        const field = shape.fields.get(name) ?? shape.others;
        return field === null ? [`${path}.${name} is unknown`] : compare(each, field, `${path}.${name}`);
      });
  }
}

/** Reads from behind an opening brace to behind its closing one. */
function parseObject(from: number): [Shape & { kind: "object" }, number] {
  const fields = new Map<string, Shape>();
  let others: Shape | null = null;
  let at = skipSpace(from);
  while (declarations[at] !== "}") {
    const [, name] = /^(\[key: string\]|'?[\w.-]+'?)\??: /.exec(declarations.slice(at, at + 200)) ?? [];
    if (name === undefined) throw new Error(`cannot read ${declarations.slice(at, at + 80)}`);
    const [shape, end] = parseType(
      declarations.indexOf(": ", at) + (name.startsWith("[") ? declarations.slice(declarations.indexOf(": ", at)).indexOf("]: ") + 3 : 2),
    );
    if (name.startsWith("[")) others = shape;
    else fields.set(name.replaceAll("'", ""), shape);
    at = skipSpace(declarations.indexOf(";", end) + 1);
  }
  return [{ kind: "object", fields, others }, at + 1];
}

function parseType(from: number): [Shape, number] {
  if (declarations[from] === "{") return suffixed(...parseObject(from + 1));
  const word = /^[\w$]+/.exec(declarations.slice(from, from + 200))?.[0] ?? "";
  const shape: Shape =
    word === "string" || word === "number" || word === "boolean"
      ? { kind: "primitive", type: word }
      : { kind: "schema", name: word.replace("Schema$", "") };
  return suffixed(shape, from + word.length);
}

const suffixed = (shape: Shape, end: number): [Shape, number] =>
  declarations.startsWith("[]", end) ? [{ kind: "list", of: shape }, end + 2] : [shape, end];

function skipSpace(from: number): number {
  return declarations[from] === " " ? from + 1 : from;
}
