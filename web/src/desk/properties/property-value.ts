import type { DefinitionFragment, PropertyFragment, PropertyInputValue } from '#generated';
import type { Words } from '../i18n/context';

/** What is in the field while one edits: text, or the chosen options. */
export type Draft = string | readonly string[];

/** The draft that one begins with. */
export function draftOf(property: PropertyFragment): Draft {
  switch (property.__typename) {
    case 'StringValue':
      return property.string ?? '';
    case 'NumberValue':
      return property.number === null ? '' : String(property.number);
    case 'BooleanValue':
      return property.boolean === null ? '' : String(property.boolean);
    case 'DateValue':
      return property.date ?? '';
    case 'DateTimeValue':
      return property.dateTime === null ? '' : localMinutes(property.dateTime);
    case 'OptionsValue': {
      const values = property.options.map(({ value }) => value);
      return property.definition.type === 'MULTI_ENUMERATION' ? values : (values[0] ?? '');
    }
  }
}

/** No value can be made of what was entered. */
export class NotANumber extends Error {}

/**
 * What is sent for a draft; an empty one clears the property.
 * @throws {NotANumber} if a number is asked for. All else is the server's to judge.
 */
export function inputOf({ type }: Pick<DefinitionFragment, 'type'>, draft: Draft): PropertyInputValue | null {
  if (typeof draft !== 'string') return draft.length === 0 ? null : { options: [...draft] };
  const text = type === 'TEXT' ? draft : draft.trim();
  if (text === '') return null;
  switch (type) {
    case 'NUMBER': {
      // With a decimal comma too, as much of Europe writes.
      const number = Number(text.replace(',', '.'));
      if (!Number.isFinite(number)) throw new NotANumber(text);
      return { number };
    }
    case 'BOOLEAN':
      return { boolean: text === 'true' };
    case 'DATE':
      return { date: text };
    case 'DATETIME':
      return { dateTime: new Date(text).toISOString() };
    case 'ENUMERATION':
      return { option: text };
    default:
      return { string: text };
  }
}

/** A value as one reads it; null if there is none. */
export function shownValue(property: PropertyFragment, { t, dates, language }: Words): string | null {
  switch (property.__typename) {
    case 'NumberValue':
      return property.number === null ? null : new Intl.NumberFormat(language).format(property.number);
    case 'BooleanValue':
      return property.boolean === null ? null : t(property.boolean ? 'property.yes' : 'property.no');
    case 'DateValue':
      return property.date === null ? null : dates.calendarDay(property.date);
    case 'DateTimeValue':
      return property.dateTime === null ? null : dates.moment(property.dateTime);
    default:
      return property.display;
  }
}

/** A moment as an input of the type `datetime-local` has it: in the time zone of the browser. */
function localMinutes(iso: string): string {
  const date = new Date(iso);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
