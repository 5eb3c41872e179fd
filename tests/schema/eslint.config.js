// The rules for schema.graphql. Where one is left out or loosened, the reason is beside it.

import graphql from '@graphql-eslint/eslint-plugin';

const { rules } = graphql.configs['flat/schema-recommended'];

/** Types that are part of what they are found in. Clients' caches do not keep them by themselves, so each is meant. */
const EMBEDDED = [
  // Of a query's answer.
  'PageInfo',
  'Viewer',
  'TicketCard',
  'PropertyOption',
  'CascadeRuleDescription',
  'ExcerptPart',
  // Without an identity of its own: Tandem itself.
  'System',
  // Of a frame.
  'ConversationViewSnapshot',
  'ConversationViewChange',
  'ViewEntry',
  'Presence',
  // Errors.
  'InputError',
  'VersionConflict',
  'UndoConflict',
  // Effects: known by their cascade and their `index` in it.
  'Created',
  'Linked',
  'ConversationStatusChanged',
  'TicketStatusChanged',
  'OwnerChanged',
  'WorkspaceChanged',
  'InboxChanged',
  'PropertyChanged',
  'Trashed',
  'Restored',
  'Purged',
  'MessageAdded',
];

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // Naming, unknown names, doubles, unreachable types, reasons of deprecations, style of descriptions.
      ...rules,
      // Its documentation pane is the manual: everything has a description, each argument and each value included.
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
        },
      ],
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          acceptedIdNames: ['id'],
          acceptedIdTypes: ['ID'],
          exceptions: { types: EMBEDDED, suffixes: ['Connection', 'Edge', 'Payload', 'Value'] },
        },
      ],
      // A mutation takes one argument, `input`, of a type that is called after it.
      '@graphql-eslint/input-name': ['error', { checkInputType: true, caseSensitiveInputType: false }],
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
      '@graphql-eslint/relay-connection-types': 'error',
      '@graphql-eslint/relay-page-info': 'error',
      // Lists that only grow at one end, as timelines and searches, are read from there: no `last` and `before`.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      '@graphql-eslint/relay-edge-types': [
        'error',
        {
          withEdgeSuffix: true,
          // A trash group is known by its id, but nothing shows one outside the trash.
          shouldImplementNode: false,
          // The contract has lists without pages where there are few: inboxes, statuses, effects; and `nodes`.
          listTypeCanWrapOnlyEdgeType: false,
        },
      ],
      // Left out: `alphabetize`, since types are in the order of the alphabet but fields in that of their meaning;
      // `require-nullable-result-in-root`, since the contract's roots that cannot be missing are not null;
      // `require-field-of-type-query-in-mutation-result`, since payloads show all that changed and Relay no longer
      // asks for it; `no-root-type`, since there are all three; `require-deprecation-date`, since releases, not
      // days, decide how long something deprecated stays.
    },
  },
];
