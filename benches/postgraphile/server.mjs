// PostGraphile as one would run it in production: nothing of it but GraphQL over HTTP. Which Postgres, say PGHOST and the
// like; NODE_ENV and GRAPHILE_ENV must say production, or each request is planned and checked as for a developer.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/node";
import preset from "./preset.mjs";

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(0, "127.0.0.1", () => {
  console.log(`GraphQL http://127.0.0.1:${server.address().port}/graphql`);
});

// The bench holds the other end: however it ends, this ends too.
process.stdin.on("end", () => process.exit()).resume();
