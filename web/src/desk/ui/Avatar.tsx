interface Props {
  /** Decides on the colour, so that a person always has the same. */
  readonly id: string;
  readonly name: string;
  readonly size?: 'small' | 'large';
  /** Contacts are round squares, colleagues are round. */
  readonly contact?: boolean;
}

/** A person's initials; their name stands beside it, or in the title. */
export function Avatar({ id, name, size = 'large', contact = false }: Props) {
  return (
    <span className={`avatar is-${size}${contact ? ' is-contact' : ''}`} data-hue={hueOf(id)} title={name} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

const HUES = 8;

function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return hash % HUES;
}

/** The first letters of the first and last word; of an address or number its first. */
export function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter((word) => /^\p{L}/u.test(word));
  const letters = words.length > 1 && !name.includes('@') ? [words[0], words.at(-1)] : [words[0] ?? name];
  return letters.map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase();
}
