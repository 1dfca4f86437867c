// Prints every problem that Redocly finds in an OpenAPI document, and ends with 1 when there is any.
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

const problems = await lint({ ref: process.argv[2], config: await createConfig({ extends: ["recommended"] }) });
formatProblems(problems, { format: "stylish", totals: getTotals(problems) });
process.exitCode = problems.length ? 1 : 0;
