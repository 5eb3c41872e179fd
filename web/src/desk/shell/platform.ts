/** Whether this keyboard has a command key. */
const IS_MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** What sends a message, as it is written on the keyboard. */
export const SEND_KEYS = IS_MAC ? '⌘ ⏎' : 'Ctrl ⏎';
