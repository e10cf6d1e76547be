// npm run bench [-- CASES [CONCURRENCY]]   what the client costs a request and a token
// npm run bench -- --quick                 whether the floors hold: exit code 1 when one does not
// npm run bench -- --memory                the memory of a long run: 200 000 requests, a minute or two
// npm run bench -- --datasets               a file of a million cases: memory of checking it, time to its first request
import { clientCost } from "./client-cost.ts";
import { datasetFloors } from "./dataset-floors.ts";
import { floors, memoryFloor } from "./floors.ts";

const args = process.argv.slice(2);
if (args[0] === "--quick") process.exitCode = (await floors()) ? 0 : 1;
else if (args[0] === "--memory") process.exitCode = (await memoryFloor(Number(args[1] ?? 200_000))) ? 0 : 1;
else if (args[0] === "--datasets") process.exitCode = (await datasetFloors(Number(args[1] ?? 1_000_000))) ? 0 : 1;
else await clientCost(Number(args[0] ?? 5000), Number(args[1] ?? 100));
