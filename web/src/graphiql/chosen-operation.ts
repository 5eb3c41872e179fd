import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode, parse } from 'graphql';
import type { Operation } from '../shared/request';

/** What is sent, and which of the document's operations it asks for. */
interface Chosen {
  readonly operation: Operation;
  /** `null` where the document can't be read or doesn't tell: the server says what is wrong with it. */
  readonly definition: OperationDefinitionNode | null;
}

/**
 * The operation that somebody who runs this document means.
 *
 * GraphiQL reads the open tab's document a moment after the editor shows it. Until then it gives the new document
 * with the operation name of the tab before, which the server would refuse. A document with one operation needs no
 * name to choose it, so that operation's own is sent.
 */
export function chosenOperation(operation: Operation): Chosen {
  const document = readable(operation.query);
  if (document === null) return { operation, definition: null };
  const named = getOperationAST(document, operation.operationName);
  if (named) return { operation, definition: named };
  const [only, ...others] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (only?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return { operation, definition: null };
  return { operation: { ...operation, operationName: only.name?.value ?? null }, definition: only };
}

function readable(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}
