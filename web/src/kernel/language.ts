import i18next from 'i18next'
import { useMemo } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Schema } from './client'
import { Problem, type Fault } from './problem'
import { restateFault } from './faults'
import { en } from './texts/en'
import { zh } from './texts/zh'

/** The languages of the house; Chinese first. */
export type Language = 'zh' | 'en'

/** One text in both languages, as the API gives names and titles. */
export type Text = Schema<'Text'>

const stored = 'linghang.language'

/** A tree of texts; both languages have the same shape. */
export interface Texts {
  [key: string]: string | Texts
}

/** The shape of a room's texts, for the language that follows the first. */
export type Translation<T extends Texts> = { [K in keyof T]: T[K] extends Texts ? Translation<T[K]> : string }

type Keys<T> = T extends string ? never : { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Keys<T[K]>}` }[keyof T & string]

/** Translates one key of a room's texts. */
export type Translate<T extends Texts> = (key: Keys<T>, values?: Record<string, unknown>) => string

/** Starts translation with the texts of all rooms. */
export function startLanguage(rooms: { name: string; texts: Record<Language, Texts> }[]): void {
  const resources: Record<Language, Record<string, Texts>> = { zh: { kernel: zh }, en: { kernel: en } }
  for (const room of rooms) {
    resources.zh[room.name] = room.texts.zh
    resources.en[room.name] = room.texts.en
  }
  void i18next.use(initReactI18next).init({
    lng: rememberedLanguage() ?? browserLanguage(),
    fallbackLng: 'zh',
    defaultNS: 'kernel',
    resources,
    interpolation: { escapeValue: false },
    initAsync: false,
  })
  mark(i18next.language)
  i18next.on('languageChanged', mark)
}

function mark(language: string): void {
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN'
}

function browserLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('zh') || !navigator.language ? 'zh' : 'en'
}

/** The language that was chosen in this browser, if one was. */
export function rememberedLanguage(): Language | undefined {
  const value = localStorage.getItem(stored)
  return value === 'zh' || value === 'en' ? value : undefined
}

/** Switches the language and remembers it in this browser. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(stored, language)
  void i18next.changeLanguage(language)
}

/** Follows a person's language where this browser has not chosen one. */
export function followLanguage(language: string): void {
  if (!rememberedLanguage() && (language === 'zh' || language === 'en') && i18next.language !== language) void i18next.changeLanguage(language)
}

/** The language in force. */
export function useLanguage(): Language {
  return useTranslation().i18n.language === 'en' ? 'en' : 'zh'
}

/** The hook by which a room translates its own texts: `const useT = textsOf<typeof zh>('platforms')`. */
export function textsOf<T extends Texts>(room: string): () => Translate<T> {
  return function useRoomTexts() {
    const { t } = useTranslation(room)
    return t as unknown as Translate<T>
  }
}

/** Translates the kernel's own texts. */
export const useKernelTexts = textsOf<typeof zh>('kernel')

/** The text in a language; the other one where it is missing. */
export function textIn(text: Text | undefined, language: Language): string {
  if (!text) return ''
  return (language === 'en' ? text.en || text.zh : text.zh || text.en) ?? ''
}

/** Picks the text in the language in force. */
export function useText(): (text: Text | undefined) => string {
  const language = useLanguage()
  return useMemo(() => (text: Text | undefined) => textIn(text, language), [language])
}

const isText = (value: unknown): value is Text => typeof value === 'object' && value !== null && 'zh' in value && 'en' in value

/** What a problem says in the language in force. Rooms keep the sentences below `problems`, by the key's path, where they do not go with those at fields. */
export function problemText(problem: unknown): string {
  if (!(problem instanceof Problem)) return i18next.t('kernel:problems.unexpected')
  const [room, ...path] = problem.key.split('.')
  const language = i18next.language === 'en' ? 'en' : 'zh'
  const params = Object.fromEntries(Object.entries(problem.params).map(([name, value]) => [name, isText(value) ? textIn(value, language) : name === 'why' && typeof value === 'string' ? sentenceText(value) : value]))
  return i18next.t(`${room}:problems.${path.join('.')}`, { ...params, defaultValue: language === 'zh' ? restateFault(problem.message, 'zh') : problem.message })
}

/** A sentence of a program of a room, in the language in force. */
export function sentenceText(message: string): string {
  return restateFault(message, i18next.language === 'en' ? 'en' : 'zh')
}

/** What is wrong with one field, in the language in force. */
export function faultText(fault: Fault): string {
  return restateFault(fault.message, i18next.language === 'en' ? 'en' : 'zh')
}
