DROP TABLE messages, conversations, ticket_properties, tickets, trash_groups, panel_properties,
    property_definitions, ticket_statuses, pipelines, contacts, channels, inboxes, tokens, integrations, users,
    ticket_counters, accounts;
