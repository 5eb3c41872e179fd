CREATE FUNCTION tandem_across_accounts() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('tandem.across_accounts', true), '') = 'on'
$$;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_policies WHERE policyname = 'own_account' AND schemaname = current_schema()
    LOOP
        EXECUTE format('ALTER POLICY own_account ON %I USING (%I = (SELECT tandem_account())
            OR (SELECT tandem_across_accounts()))',
            name, CASE name WHEN 'accounts' THEN 'id' ELSE 'account_id' END);
    END LOOP;
END
$$;
CREATE OR REPLACE FUNCTION tandem_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('tandem.account_id', true), '')::uuid
$$;
