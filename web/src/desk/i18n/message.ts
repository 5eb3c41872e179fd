/** A text with a form for each plural category that the language has; `{count}` chooses. */
export type Plural = { readonly other: string } & Partial<Readonly<Record<Intl.LDMLPluralRule, string>>>;

/** A text with `{parameters}`. */
export type Message = string | Plural;

/** What the parameters of a message stand for. */
export type Values = Readonly<Record<string, string | number>>;

/** The text of a message in a language: the plural form that its `count` asks for, with values in place of parameters. */
export function format(message: Message, values: Values, locale: string): string {
  const text = typeof message === 'string' ? message : pluralForm(message, Number(values['count'] ?? 0), locale);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' && name === 'count' ? numbers(locale).format(value) : String(value);
  });
}

function pluralForm(message: Plural, count: number, locale: string): string {
  return message[plurals(locale).select(count)] ?? message.other;
}

const plurals = remembered((locale) => new Intl.PluralRules(locale));
const numbers = remembered((locale) => new Intl.NumberFormat(locale));

/** Formatters are costly to make and the same for everybody. */
function remembered<Made>(make: (locale: string) => Made): (locale: string) => Made {
  const known = new Map<string, Made>();
  return (locale) => {
    const made = known.get(locale) ?? make(locale);
    known.set(locale, made);
    return made;
  };
}
