/** Pages of `docs/`, and what their code blocks say. */
import { readFileSync } from 'node:fs'

/** The text of a page. */
export function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
}

/** The code blocks of a page that are opened by exactly this, in order. */
export function blocks(text: string, opening: string): string[] {
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
    .filter(([, info]) => info === opening)
    .map(([, , code]) => code as string)
}
