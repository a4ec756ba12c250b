type Context = { report: (finding: { node: object; message: string }) => void };
type Assertion = { expression: { type: string; typeAnnotation?: { type: string } } };

/** Rules of this codebase that the linter does not bring. */
export default {
  meta: { name: "sluice" },
  rules: {
    "no-double-assertion": {
      create: (context: Context) => ({
        TSAsExpression(node: Assertion) {
          if (node.expression.type !== "TSAsExpression" || node.expression.typeAnnotation?.type !== "TSUnknownKeyword") return;
          context.report({ node, message: "`as unknown as` tells the compiler that it is wrong: parse, or narrow." });
        },
      }),
    },
  },
};
