-- Search: the words by which people find a conversation or ticket, kept beside the things by triggers, so that
-- whatever writes the things keeps their words right.

-- Both come with Postgres (its contrib modules) and need no superuser.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Lower case without accents, anything but letters and digits spaces: the same for every language, with no dictionary
-- that would have to know which one it is. Most of what is written has none of what the longer steps are for, and
-- looking for it costs less than they do; so does leaving spaces as they are, which are most of what is no letter.
CREATE FUNCTION tandem_fold(text text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50 AS $$
BEGIN
    IF octet_length(text) = length(text) THEN
        RETURN regexp_replace(lower(text COLLATE "C"), '[^a-z0-9 ]+', ' ', 'g');
    END IF;
    text := lower(regexp_replace(normalize(text, NFKD), '[\u0300-\u036f]', '', 'g'));
    IF text ~ '[ßæœþłøđðħŧıŋ]' THEN
        text := translate(replace(replace(replace(replace(text, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            'łøđðħŧıŋ', 'loddhtin');
    END IF;
    RETURN regexp_replace(text, '[^[:alnum:] ]+', ' ', 'g');
END
$$;

-- A text's words with their places. A list of words has a limit of 1 MB, so of a very long text only the beginning
-- is found: 200,000 characters. Not STRICT, so that it is put in the place where it is called.
CREATE FUNCTION tandem_words(text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 500 AS $$
    SELECT to_tsvector('simple', left(tandem_fold(left(text, 200000)), 200000))
$$;

-- One row a message, one a ticket: a message adds a row and changes none.
--
-- There is no row-level security here: where a policy stands, Postgres uses an index only for operators that are
-- known not to leak, and those of full text and of trigrams are not. What stands instead: search joins what it finds
-- to the things themselves, which have their walls, and shows nothing else of it.
CREATE TABLE search_documents (
    account_id uuid NOT NULL,
    -- 1: conversation, 2: ticket
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 2),
    thing_id uuid NOT NULL,
    -- The message; of a ticket, the ticket.
    part_id uuid NOT NULL,
    -- When it was written: where a word is in very many, only the latest are ranked.
    at timestamptz NOT NULL,
    -- With weight A what the thing is called by: subject and contact of a conversation, number and name of a ticket.
    words tsvector NOT NULL,
    PRIMARY KEY (account_id, kind, thing_id, part_id)
);
-- How common a word is decides how it is looked for; a hundred thousand different ones need more than the usual
-- hundred to be told apart.
ALTER TABLE search_documents ALTER COLUMN words SET STATISTICS 500;

-- Every word of the documents, once: a part of a word is looked for here, and the words that have it then there.
-- Much smaller than trigrams of all texts, and written only when somebody uses a new word.
CREATE TABLE search_words (
    account_id uuid NOT NULL,
    word text NOT NULL,
    -- The document that brought it. In the key, so that two transactions that bring the same word at the same time
    -- do not wait for each other; then it is here twice, which hurts nobody.
    part_id uuid NOT NULL,
    PRIMARY KEY (account_id, word, part_id)
);

CREATE FUNCTION tandem_search_head(subject text, contact contacts) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
    SELECT setweight(tandem_words(
        concat_ws(' ', subject, contact.name, contact.email, contact.phone, contact.phone_key)), 'A')
$$;

-- What the documents must be: triggers write it row by row, and a test compares.
CREATE VIEW search_documents_made AS
SELECT m.account_id, 1::smallint AS kind, m.conversation_id AS thing_id, m.id AS part_id, m.created_at AS at,
       tandem_search_head(c.subject, k) || tandem_words(m.text) AS words
FROM messages m
JOIN conversations c ON c.account_id = m.account_id AND c.id = m.conversation_id
JOIN contacts k ON k.account_id = c.account_id AND k.id = c.contact_id
UNION ALL
SELECT t.account_id, 2::smallint, t.id, t.id, t.created_at,
       setweight(tandem_words(concat_ws(' ', t.number, t.name)), 'A') || coalesce((
           SELECT tandem_words(string_agg(v.value ->> 'string', ' ' ORDER BY v.definition_id))
           FROM ticket_properties v WHERE v.account_id = t.account_id AND v.ticket_id = t.id AND v.value ? 'string'
       ), '')
FROM tickets t;

-- The words of a document that can be found by their parts. Longer ones are no words; shorter ones have no parts.
CREATE FUNCTION tandem_search_parts(words tsvector) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT word FROM unnest(tsvector_to_array(words)) AS word WHERE length(word) BETWEEN 3 AND 64
$$;

-- What is there already; with the indexes after it, which are made faster than kept.
SELECT set_config('tandem.across_accounts', 'on', true);
INSERT INTO search_documents SELECT * FROM search_documents_made;
INSERT INTO search_words (account_id, word, part_id)
SELECT d.account_id, w.word, min(d.part_id::text COLLATE "C")::uuid
FROM search_documents d CROSS JOIN LATERAL tandem_search_parts(d.words) AS w (word) GROUP BY d.account_id, w.word;
SELECT set_config('tandem.across_accounts', '', true);
CREATE INDEX search_documents_words ON search_documents USING gin (account_id, words)
    WITH (gin_pending_list_limit = 1024);
CREATE INDEX search_documents_latest ON search_documents (account_id, at DESC, part_id DESC);
CREATE INDEX search_words_parts ON search_words USING gin (account_id, word gin_trgm_ops);
CREATE INDEX search_words_document ON search_words (account_id, part_id);

-- Neither plans of these functions nor their tables' sizes at the time when a connection first ran them may decide
-- to read a whole table for one message, or to sort all words of a thousand: they are kept to the indexes, and to
-- tables of hashes. Without bitmaps there are no trigrams, which Postgres would ask for whole words too, at a hundred
-- times the cost of the primary key.
CREATE FUNCTION tandem_search_words_added() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_sort = off AS $$
BEGIN
    INSERT INTO search_words (account_id, word, part_id)
    SELECT f.account_id, f.word, f.part_id::uuid FROM (
        SELECT a.account_id, w.word, min(a.part_id) AS part_id
        FROM (SELECT account_id, words, part_id::text COLLATE "C" AS part_id FROM added OFFSET 0) a
        CROSS JOIN LATERAL tandem_search_parts(a.words) AS w (word) GROUP BY a.account_id, w.word
    ) f
    WHERE NOT EXISTS (SELECT FROM search_words s WHERE s.account_id = f.account_id AND s.word = f.word);
    RETURN NULL;
END
$$;
CREATE TRIGGER words_added AFTER INSERT ON search_documents REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_words_added();
CREATE TRIGGER words_changed AFTER UPDATE ON search_documents REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_words_added();

-- A word goes with the document that brought it, unless that still has it or another one has it. How common the word is decides how
-- another one is found, so each is planned by itself.
CREATE FUNCTION tandem_search_words_gone() RETURNS trigger LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    left_over record;
    other uuid;
    query tsquery;
BEGIN
    FOR left_over IN
        DELETE FROM search_words s USING gone g WHERE s.account_id = g.account_id AND s.part_id = g.part_id
        AND NOT EXISTS (
            SELECT FROM search_documents d WHERE d.account_id = g.account_id AND d.kind = g.kind
            AND d.thing_id = g.thing_id AND d.part_id = g.part_id AND d.words @@ quote_literal(s.word)::tsquery
        )
        RETURNING s.account_id, s.word
    LOOP
        query := quote_literal(left_over.word)::tsquery;
        SELECT d.part_id INTO other FROM search_documents d
        WHERE d.account_id = left_over.account_id AND d.words @@ query ORDER BY d.at DESC, d.part_id DESC LIMIT 1;
        IF FOUND THEN
            INSERT INTO search_words VALUES (left_over.account_id, left_over.word, other) ON CONFLICT DO NOTHING;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER words_gone AFTER DELETE ON search_documents REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_words_gone();
CREATE TRIGGER words_replaced AFTER UPDATE ON search_documents REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_words_gone();

-- What a conversation is called by is made into words once for all its messages of a statement. Arrays bring them
-- together, not a join: a plan made for one message must do for thousands.
CREATE FUNCTION tandem_search_messages_added() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO search_documents (account_id, kind, thing_id, part_id, at, words)
    SELECT a.account_id, 1, a.conversation_id, m.id, m.at, h.head || tandem_words(m.text)
    FROM (
        SELECT account_id, conversation_id, array_agg(id) AS ids, array_agg(created_at) AS ats, array_agg(text) AS texts
        FROM added GROUP BY account_id, conversation_id
    ) a
    CROSS JOIN LATERAL (
        SELECT tandem_search_head(c.subject, k) AS head
        FROM conversations c JOIN contacts k ON k.account_id = c.account_id AND k.id = c.contact_id
        WHERE c.account_id = a.account_id AND c.id = a.conversation_id OFFSET 0
    ) h
    CROSS JOIN LATERAL unnest(a.ids, a.ats, a.texts) AS m (id, at, text);
    RETURN NULL;
END
$$;
CREATE TRIGGER search_added AFTER INSERT ON messages REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_messages_added();

-- Makes documents of a conversation or ticket anew.
CREATE FUNCTION tandem_search_refresh(account uuid, kind smallint, thing uuid) RETURNS void LANGUAGE sql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
    INSERT INTO search_documents AS d (account_id, kind, thing_id, part_id, at, words)
    SELECT * FROM search_documents_made m WHERE m.account_id = $1 AND m.kind = $2 AND m.thing_id = $3
    ON CONFLICT (account_id, kind, thing_id, part_id) DO UPDATE SET at = excluded.at, words = excluded.words
    WHERE d.words IS DISTINCT FROM excluded.words OR d.at <> excluded.at
$$;

CREATE FUNCTION tandem_search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'contacts' THEN
            PERFORM tandem_search_refresh(c.account_id, 1::smallint, c.id) FROM conversations c
            WHERE c.account_id = NEW.account_id AND c.contact_id = NEW.id;
        WHEN 'conversations' THEN PERFORM tandem_search_refresh(NEW.account_id, 1::smallint, NEW.id);
        WHEN 'messages' THEN PERFORM tandem_search_refresh(NEW.account_id, 1::smallint, NEW.conversation_id);
        WHEN 'tickets' THEN PERFORM tandem_search_refresh(NEW.account_id, 2::smallint, NEW.id);
    END CASE;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_changed AFTER UPDATE OF name, email, phone ON contacts FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.email IS DISTINCT FROM NEW.email
          OR OLD.phone IS DISTINCT FROM NEW.phone) EXECUTE FUNCTION tandem_search_changed();
CREATE TRIGGER search_changed AFTER UPDATE OF subject, contact_id ON conversations FOR EACH ROW
    WHEN (OLD.subject IS DISTINCT FROM NEW.subject OR OLD.contact_id <> NEW.contact_id)
    EXECUTE FUNCTION tandem_search_changed();
CREATE TRIGGER search_changed AFTER UPDATE OF text, created_at ON messages FOR EACH ROW
    WHEN (OLD.text <> NEW.text OR OLD.created_at <> NEW.created_at) EXECUTE FUNCTION tandem_search_changed();
CREATE TRIGGER search_changed AFTER UPDATE OF number, name ON tickets FOR EACH ROW
    WHEN (OLD.number <> NEW.number OR OLD.name <> NEW.name) EXECUTE FUNCTION tandem_search_changed();

-- A ticket is there before its properties. Who writes many of both sets `tandem.search_tickets_later` for the
-- transaction, and calls this once both are there: so no document is made twice.
CREATE FUNCTION tandem_search_add_tickets(account uuid, tickets uuid[]) RETURNS void LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO search_documents (account_id, kind, thing_id, part_id, at, words)
    SELECT m.* FROM unnest(tickets) AS t (id) CROSS JOIN LATERAL (
        SELECT * FROM search_documents_made d WHERE d.account_id = account AND d.kind = 2 AND d.thing_id = t.id OFFSET 0
    ) m;
    PERFORM set_config('tandem.search_tickets_later', '', true);
END
$$;

-- Tickets and their properties come in statements of many rows too.
CREATE FUNCTION tandem_search_tickets_added() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF coalesce(current_setting('tandem.search_tickets_later', true), '') = 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'tickets' THEN
        INSERT INTO search_documents (account_id, kind, thing_id, part_id, at, words)
        SELECT a.account_id, 2, a.id, a.id, a.created_at,
               setweight(tandem_words(concat_ws(' ', a.number, a.name)), 'A')
        FROM added a
        -- One statement may bring tickets and properties, whose trigger may come first: it has made the whole document.
        ON CONFLICT DO NOTHING;
    ELSE
        PERFORM tandem_search_refresh(t.account_id, 2::smallint, t.ticket_id)
        FROM (SELECT DISTINCT a.account_id, a.ticket_id FROM added a WHERE a.value ? 'string') t;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_added AFTER INSERT ON tickets REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_tickets_added();
CREATE TRIGGER search_added AFTER INSERT ON ticket_properties REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_tickets_added();
CREATE FUNCTION tandem_search_property_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tandem_search_refresh(OLD.account_id, 2::smallint, OLD.ticket_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER search_changed AFTER UPDATE OF value ON ticket_properties FOR EACH ROW
    WHEN ((OLD.value ? 'string' OR NEW.value ? 'string') AND OLD.value IS DISTINCT FROM NEW.value)
    EXECUTE FUNCTION tandem_search_property_changed();
CREATE TRIGGER search_gone AFTER DELETE ON ticket_properties FOR EACH ROW
    WHEN (OLD.value ? 'string') EXECUTE FUNCTION tandem_search_property_changed();

-- Rule 20: what is purged is gone from here too.
CREATE FUNCTION tandem_search_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_documents d USING gone g
    WHERE d.account_id = g.account_id AND d.kind = 2 AND d.thing_id = g.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_gone AFTER DELETE ON tickets REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_gone();
CREATE FUNCTION tandem_search_messages_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_documents d USING gone g
    WHERE d.account_id = g.account_id AND d.kind = 1 AND d.thing_id = g.conversation_id AND d.part_id = g.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_gone AFTER DELETE ON messages REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION tandem_search_messages_gone();

