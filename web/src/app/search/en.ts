import type { zh } from './zh'

/** Texts of search, in English. */
export const en: typeof zh = {
  title: 'Search', box: 'Organisations, persons, platforms, targets', short: 'Search', open: 'Search (Ctrl+K or /)', all: 'All', kinds: 'Kinds', count: '{{count}} found', most: 'Nothing holds all of the words; these hold most of them.',
  nothing: 'Nothing was found for “{{q}}”', nothingNote: 'Say it differently, or type only the two or three words that matter.', start: 'Type what you are looking for', startNote: 'Chinese, English, codes and credit codes all work; Chinese names can be typed as pinyin initials. Only what you may see is shown.',
  building: 'The index is still being built; there may be more.', more: 'More results', see: 'See all results', move: '↑ ↓ to choose, Enter to open, Esc to close',
}
