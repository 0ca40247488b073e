// Solves an LP file with the package highs in Node and prints seconds of processor, objective and status. It is solved
// twice and the second time counts: in the first Node still compiles what is used most.
// node peer.cjs PACKAGE FILE GAP
const fs = require("fs");
const path = require("path");
const [folder, file, gap] = process.argv.slice(2);
require(path.resolve(folder))().then((highs) => {
  const text = fs.readFileSync(file, "utf8");
  const solve = () => highs.solve(text, { mip_rel_gap: Number(gap), threads: 1, random_seed: 0, output_flag: false });
  solve();
  const before = process.cpuUsage();
  const r = solve();
  const used = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds: (used.user + used.system) / 1e6, objective: r.ObjectiveValue, status: r.Status }));
});
