interface Props {
  readonly id: string;
  readonly problem: { readonly text: string; readonly fromServer: boolean } | null;
}

/** What is wrong with a field, below it. The server speaks English, and is read aloud so. */
export function FieldError({ id, problem }: Props) {
  return (
    <p id={id} className="field-error" role="alert" lang={problem?.fromServer ? 'en' : undefined}>
      {problem?.text}
    </p>
  );
}
