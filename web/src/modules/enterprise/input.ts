import type { EntryDetail, EntryInput, Profile } from './data'

/** What the form of an entry holds. */
export type Values = Partial<Omit<EntryInput, 'name' | 'profile'>> & { name?: { zh?: string; en?: string }; profile?: Partial<Profile> }

/** Drops what is empty: the API takes a missing field for one that the enterprise does not tell. */
function full<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== null && v !== '' && !(Array.isArray(v) && v.length === 0))) as T
}

/** Rows as the API takes them: a row that was added and left empty is none. */
function rows<T extends object>(list: T[] | null | undefined): T[] {
  return (list ?? []).map((x) => full(x ?? {}) as T).filter((x) => Object.keys(x).length > 0)
}

/** Makes the API's input of the form's values. */
export function inputOf(values: Values): EntryInput {
  const zh = values.name?.zh?.trim() ?? ''
  const en = values.name?.en?.trim() ?? ''
  const p = values.profile ?? {}
  return {
    code: values.code?.trim().toUpperCase() ?? '', name: { zh: zh || en, en: en || zh }, district: values.district ?? '', industry: values.industry ?? '', size: values.size ?? '',
    profile: full({
      ...p, sites: rows(p.sites).map((s) => ({ ...s, name: s.name ?? '', kind: s.kind ?? '' })), staff: rows(p.staff).map((s) => ({ year: s.year ?? 0, count: s.count ?? 0 })), revenue: rows(p.revenue).map((r) => ({ ...r, year: r.year ?? 0 })),
      figures: rows(p.figures).map((x) => ({ field: x.field ?? '', year: x.year ?? 0, value: x.value ?? 0 })),
      chains: rows(p.chains).map((c) => ({ ...c, chain: c.chain ?? '' })), qualifications: rows(p.qualifications).map((q) => ({ ...q, kind: q.kind ?? '' })),
    }),
    contacts: rows(values.contacts).map((c) => ({ ...c, name: c.name ?? '' })),
  }
}

/** The form's values of an entry. */
export function valuesOf(e: EntryDetail): Values {
  return { code: e.code, name: e.name.en === e.name.zh ? { zh: e.name.zh } : e.name, district: e.district, industry: e.industry, ...(e.size ? { size: e.size } : {}), profile: e.profile, contacts: e.contacts }
}
