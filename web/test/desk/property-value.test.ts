import { describe, expect, it } from 'vitest';
import type { PropertyFragment } from '#generated';
import { draftOf, inputOf, NotANumber } from '../../src/desk/properties/property-value';

const property = (type: string, __typename: string, value: object) => ({ __typename, definition: { type }, display: null, ...value }) as unknown as PropertyFragment;

describe('a property in a field', () => {
  it.each([
    ['STRING', { string: 'abc' }],
    ['TEXT', { string: 'two\nlines ' }],
    ['NUMBER', { number: -12.5 }],
    ['BOOLEAN', { boolean: false }],
    ['DATE', { date: '2026-02-28' }],
    ['DATETIME', { dateTime: '2026-02-28T13:45:00.000Z' }],
  ])('comes out as it went in: %s', (type, value) => {
    const kinds: Record<string, string> = { STRING: 'String', TEXT: 'String', NUMBER: 'Number', BOOLEAN: 'Boolean', DATE: 'Date', DATETIME: 'DateTime' };
    expect(inputOf({ type } as never, draftOf(property(type, `${kinds[type]}Value`, value)))).toEqual(value);
  });

  it('can be one option or several', () => {
    const options = [{ value: 'a', label: 'A' }, { value: 'b', label: 'B' }];
    expect(inputOf({ type: 'MULTI_ENUMERATION' }, draftOf(property('MULTI_ENUMERATION', 'OptionsValue', { options })))).toEqual({ options: ['a', 'b'] });
    expect(inputOf({ type: 'ENUMERATION' }, draftOf(property('ENUMERATION', 'OptionsValue', { options: options.slice(0, 1) })))).toEqual({ option: 'a' });
  });

  it.each(['STRING', 'TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'DATETIME', 'ENUMERATION'] as const)('is cleared when it is emptied: %s', (type) => {
    expect(inputOf({ type }, '')).toBeNull();
  });

  it('is cleared when no option is left', () => {
    expect(inputOf({ type: 'MULTI_ENUMERATION' }, [])).toBeNull();
  });

  it('takes a decimal comma, and no words for a number', () => {
    expect(inputOf({ type: 'NUMBER' }, ' 1,5 ')).toEqual({ number: 1.5 });
    expect(() => inputOf({ type: 'NUMBER' }, '1,000,000')).toThrow(NotANumber);
    expect(() => inputOf({ type: 'NUMBER' }, 'many')).toThrow(NotANumber);
  });
});
