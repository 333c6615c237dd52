// Reads one zone (a JSON array of lines) per line of input; says what the package `mrz` makes of it.
// node parse_mrz.mjs FOLDER-OF-node_modules < zones.jsonl > answers.jsonl
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { parse } = await import(pathToFileURL(`${process.argv[2]}/mrz/lib/index.js`));

function answer(lines) {
  try {
    const { format, details, documentNumber } = parse(lines);
    const fields = {};
    for (const one of details) fields[one.field] = [one.value, one.valid];
    return { format, number: documentNumber, fields };
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
