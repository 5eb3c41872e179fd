import { describe, expect, it } from 'vitest';
import { Dates } from '../../src/desk/i18n/dates';

const now = Date.parse('2026-11-22T12:00:00Z');
const at = (text: string) => new Date(text).toISOString();
const before = (ms: number) => new Date(now - ms).toISOString();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('times as a list shows them', () => {
  const dates = new Dates('en-GB', 'UTC');
  it.each([
    ['the time today', '2026-11-22T09:05:00Z', '9:05'],
    ['the weekday within a week', '2026-11-20T09:05:00Z', 'Fri'],
    ['not the weekday of a week ago', '2026-11-15T11:00:00Z', '15 Nov'],
    ['the day within the year', '2026-03-04T09:05:00Z', '4 Mar'],
    ['the year beyond it', '2024-03-04T09:05:00Z', '4 Mar 2024'],
    ['the day for what is ahead', '2026-12-14T09:05:00Z', '14 Dec'],
  ])('%s', (_name, iso, shown) => {
    expect(dates.short(at(iso), now).replace(/^0/, '')).toBe(shown);
  });

  it('goes by the day of the time zone, not of the clock in Greenwich', () => {
    const auckland = new Dates('en-GB', 'Pacific/Auckland');
    expect(auckland.short('2026-11-22T10:30:00Z', Date.parse('2026-11-22T11:30:00Z'))).toBe('Sun');
  });
});

describe('how long ago', () => {
  it.each([
    ['en', 5_000, 'now'],
    ['en', 50_000, '1 minute ago'],
    ['en', 44 * MINUTE, '44 minutes ago'],
    ['en', 50 * MINUTE, '1 hour ago'],
    ['en', 23 * HOUR, 'yesterday'],
    ['en', 40 * DAY, '40 days ago'],
    ['en', 100 * DAY, '3 months ago'],
    ['en', 330 * DAY, 'last year'],
    ['en', -12 * DAY, 'in 12 days'],
    ['de', 5 * MINUTE, 'vor 5 Minuten'],
    ['de', 2 * DAY, 'vorgestern'],
    ['pl', 5 * MINUTE, '5 minut temu'],
    ['pl', 3 * HOUR, '3 godziny temu'],
    ['pl', -22 * DAY, 'za 22 dni'],
  ])('%s, %i ms', (locale, ms, shown) => {
    expect(new Dates(locale, 'UTC').relative(before(ms), now)).toBe(shown);
  });
});

describe('days', () => {
  const dates = new Dates('en-GB', 'UTC');
  it('have names when they are near', () => {
    expect(dates.dayName('2026-11-22T00:01:00Z', now)).toBe('today');
    expect(dates.dayName('2026-11-21T23:59:00Z', now)).toBe('yesterday');
    expect(dates.dayName('2026-11-20T12:00:00Z', now)).toBe('20 Nov 2026');
  });

  it('that belong to no time zone stay what they are', () => {
    expect(new Dates('en-GB').calendarDay('2026-01-01')).toBe('1 Jan 2026');
    expect(dates.calendarDay('soon')).toBe('soon');
  });
});
