import { z } from "@hono/zod-openapi";

/** As much of OpenAPI 3.1 as our own document uses: read back as what it is on the wire. */
const baseSchema = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  description: z.string().optional(),
  example: z.unknown().optional(),
  required: z.array(z.string()).optional(),
});

export type JsonSchema = z.output<typeof baseSchema> & {
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly items?: JsonSchema | undefined;
  readonly allOf?: readonly JsonSchema[] | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly oneOf?: readonly JsonSchema[] | undefined;
};

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  baseSchema.extend({
    properties: z.record(z.string(), jsonSchema).optional(),
    items: jsonSchema.optional(),
    allOf: z.array(jsonSchema).optional(),
    anyOf: z.array(jsonSchema).optional(),
    oneOf: z.array(jsonSchema).optional(),
  }),
);

const contentSchema = z.record(z.string(), z.object({ schema: jsonSchema.optional() }));

const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        description: z.string().optional(),
        schema: jsonSchema.optional(),
      }),
    )
    .optional(),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: contentSchema.optional() })),
});

export type Operation = z.output<typeof operationSchema>;

export const documentSchema = z.object({
  info: z.object({ title: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), jsonSchema) }),
});

export type ReferenceDocument = z.output<typeof documentSchema>;
type Schemas = ReferenceDocument["components"]["schemas"];

const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1);

/** A schema with its reference and its `allOf` put together. */
export function resolved(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const target = schema.$ref === undefined ? undefined : schemas[nameOf(schema.$ref)];
  if (target !== undefined) return resolved(target, schemas);
  if (schema.allOf === undefined) return schema;
  const pieces = schema.allOf.map((piece) => resolved(piece, schemas));
  return {
    ...schema,
    allOf: undefined,
    type: schema.type ?? "object",
    properties: Object.fromEntries([...pieces, schema].flatMap((piece) => Object.entries(piece.properties ?? {}))),
    required: [...pieces.flatMap((piece) => piece.required ?? []), ...(schema.required ?? [])],
  };
}

/** An example of a schema: its own, or one put together from those of its members. */
export function exampleOf(schema: JsonSchema, schemas: Schemas): unknown {
  if (schema.example !== undefined) return schema.example;
  const whole = resolved(schema, schemas);
  if (whole.example !== undefined) return whole.example;
  const [choice] = whole.anyOf ?? whole.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice, schemas);
  if (whole.properties !== undefined) {
    return Object.fromEntries(Object.entries(whole.properties).map(([name, member]) => [name, exampleOf(member, schemas)]));
  }
  if (whole.items !== undefined) return [exampleOf(whole.items, schemas)];
  return whole.enum?.[0] ?? whole.const ?? null;
}

export function typeOf(schema: JsonSchema, schemas: Schemas): string {
  const whole = resolved(schema, schemas);
  const choices = whole.anyOf ?? whole.oneOf;
  if (choices !== undefined) return choices.map((choice) => typeOf(choice, schemas)).join(" or ");
  if (whole.enum !== undefined) return whole.enum.map((value) => JSON.stringify(value)).join(", ");
  const base = whole.type === undefined ? "any" : [whole.type].flat().join(" or ");
  if (whole.items !== undefined) return `${base} of ${typeOf(whole.items, schemas)}`;
  return whole.format === undefined ? base : `${base} (${whole.format})`;
}
