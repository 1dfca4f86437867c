// Prints every problem that Redocly finds in an OpenAPI document, and ends with 1 when there is any.
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

// The contract's own: /checklist/{id}/items and /checklist/items/{id}. An id is a number, so they never meet.
const rules = { "no-ambiguous-paths": "off" };
const config = await createConfig({ extends: ["recommended"], rules });
const problems = await lint({ ref: process.argv[2], config });
formatProblems(problems, { format: "stylish", totals: getTotals(problems) });
process.exitCode = problems.length ? 1 : 0;
