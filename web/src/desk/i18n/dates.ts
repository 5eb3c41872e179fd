const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Times as people say them, in one language and the browser's time zone. */
export class Dates {
  #relative: Intl.RelativeTimeFormat;
  #formats: Record<'time' | 'weekday' | 'day' | 'year' | 'moment' | 'date', Intl.DateTimeFormat>;

  constructor(locale: string, timeZone?: string) {
    const make = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(locale, timeZone ? { ...options, timeZone } : options);
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
    this.#formats = {
      time: make({ hour: 'numeric', minute: '2-digit' }),
      weekday: make({ weekday: 'short' }),
      day: make({ day: 'numeric', month: 'short' }),
      year: make({ day: 'numeric', month: 'short', year: 'numeric' }),
      moment: make({ dateStyle: 'medium', timeStyle: 'short' }),
      date: make({ dateStyle: 'medium' }),
    };
  }

  /** As short as a list needs it: the time today, the weekday within a week, the day within a year, else with its year. */
  short(iso: string, now: number): string {
    const time = Date.parse(iso);
    const { time: clock, weekday, day, year } = this.#formats;
    if (year.format(time) === year.format(now)) return clock.format(time);
    const age = now - time;
    if (age >= 0 && age < 6 * DAY) return weekday.format(time);
    return Math.abs(age) < 300 * DAY ? day.format(time) : year.format(time);
  }

  /** How long ago or from now: `5 minutes ago`, `in 12 days`. */
  relative(iso: string, now: number): string {
    const away = Date.parse(iso) - now;
    const size = Math.abs(away);
    if (size < 45_000) return this.#relative.format(0, 'second');
    if (size < 45 * MINUTE) return this.#relative.format(nonZero(away / MINUTE), 'minute');
    if (size < 22 * HOUR) return this.#relative.format(nonZero(away / HOUR), 'hour');
    if (size < 45 * DAY) return this.#relative.format(nonZero(away / DAY), 'day');
    if (size < 320 * DAY) return this.#relative.format(nonZero(away / DAY / 30.44), 'month');
    return this.#relative.format(nonZero(away / DAY / 365.25), 'year');
  }

  /** Day and time in full. */
  moment(iso: string): string {
    return this.#formats.moment.format(Date.parse(iso));
  }

  /** The time of day. */
  clock(iso: string): string {
    return this.#formats.time.format(Date.parse(iso));
  }

  /** The heading of a day in a thread: `today`, `yesterday`, or its date. */
  dayName(iso: string, now: number): string {
    const name = this.#formats.date.format(Date.parse(iso));
    if (name === this.#formats.date.format(now)) return this.#relative.format(0, 'day');
    if (name === this.#formats.date.format(now - DAY)) return this.#relative.format(-1, 'day');
    return name;
  }

  /** A calendar day that belongs to no time zone, such as `2026-11-22`. */
  calendarDay(date: string): string {
    const noon = Date.parse(`${date}T12:00:00`);
    return Number.isNaN(noon) ? date : this.#formats.date.format(noon);
  }
}

/** Rounded, but never to nothing: 31 seconds are a minute. */
function nonZero(amount: number): number {
  return Math.round(amount) || Math.sign(amount);
}
