// The schema `public` as PostGraphile's amber preset makes it, and what a list needs to be read by its index.
import { Pool } from "pg";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { addPgTableCondition, jsonPgSmartTags } from "postgraphile/utils";

// A condition without a parameter: one with it would keep kept plans from the partial indexes.
const condition = (tableName, name, where) =>
  addPgTableCondition(
    { schemaName: "public", tableName },
    name,
    ({ graphql }) => ({ type: graphql.GraphQLBoolean }),
    (wanted, { sql, sqlTableAlias }) => (wanted ? where(sql, sqlTableAlias) : null),
  );

const tags = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      // No key of the table itself, since not only users write messages.
      "public.messages": {
        tags: { foreignKey: "(account_id, author_id) references public.users (account_id, id)" },
      },
      // Orders without an index are not offered; these are few rows.
      "public.property_definitions": {
        attribute: { label: { tags: { behavior: "+orderBy" } } },
      },
    },
  },
});

// Whose rows a request sees, where row-level security is to say so: a setting of its transaction.
const account = process.env.TANDEM_ACCOUNT;

export default {
  extends: [PostGraphileAmberPreset],
  plugins: [
    tags,
    condition("conversations", "kept", (sql, row) => sql`${row}.trash_group_id is null`),
    condition("conversations", "open", (sql, row) => sql`${row}.status = 0 and ${row}.trash_group_id is null`),
    condition("tickets", "open", (sql, row) => sql`${row}.category = 0 and ${row}.trash_group_id is null`),
    condition("property_definitions", "inUse", (sql, row) => sql`not ${row}.archived`),
  ],
  // As many connections as Tandem has.
  pgServices: [makePgService({ pool: new Pool({ max: 16 }), schemas: ["public"] })],
  // Responses written as text at once: up to a fifth less CPU for small ones, no more for lists.
  grafserv: { graphiql: false, watch: false, outputDataAsString: true },
  grafast: {
    explain: false,
    // Without settings there is no transaction around a query.
    ...(account && { context: () => ({ pgSettings: { "tandem.account_id": account } }) }),
  },
};
