// Writes the licenses of all packages of which vega.js has code; `npm run bundle` runs it.
import { existsSync, readFileSync, writeFileSync } from "node:fs"

const inputs = Object.keys(JSON.parse(readFileSync("node_modules/.bundle.json")).inputs)
const names = inputs.map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean)
const sections = [...new Set(names)].sort().map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`))
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((file) => `node_modules/${name}/${file}`).find(existsSync)
  return `${name} ${version} (${license})\n\n${file ? readFileSync(file, "utf8").trim() : ""}\n`
})
writeFileSync("LICENSES.txt", sections.join("\n---\n\n"))
