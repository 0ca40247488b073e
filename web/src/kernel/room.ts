import type { ComponentType } from 'react'
import type { Language, Texts } from './language'

/** A page of a room. */
export interface RoomRoute {
  /** Whole path, such as /platforms/:id. */
  path: string
  /** What it asks for; a session without it sees the page of refusal. */
  permission: string
  /** Loads the page when it is first opened. */
  page: () => Promise<{ default: ComponentType }>
  /** Fills the whole window, without menu and header: for big screens. */
  bare?: boolean
}

/** What a room's index.tsx exports as `room`; the shell finds it by folder. */
export interface Room {
  /** Name of the folder, which is the name of the room in the API. */
  name: string
  texts: Record<Language, Texts>
  routes: RoomRoute[]
}
